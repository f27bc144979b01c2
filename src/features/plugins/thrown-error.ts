import { AuthError, type ErrorBody } from '../../errors/auth-error.js';

/** Turns an error that a plugin or a module throws into one that this server answers with. Other errors stay as they are. */
export function asAnswer(error: unknown): unknown {
  const { statusCode, body } = error as { statusCode?: unknown; body?: unknown };
  if (typeof statusCode !== 'number') return error;
  return new AuthError(statusCode, body as ErrorBody | undefined).causedBy(undefined);
}
