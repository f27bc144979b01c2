import { AuthError, type ErrorBody } from '../../errors/auth-error.js';
import type { Library } from './library.js';

/** Turns an error that a plugin or a module throws into one that this server answers with. Other errors stay as they are. */
export function asAnswer(error: unknown): unknown {
  const { statusCode, body } = error as { statusCode?: unknown; body?: unknown };
  if (typeof statusCode !== 'number') return error;
  return new AuthError(statusCode, body as ErrorBody | undefined).causedBy(undefined);
}

/** Turns an error of this server into one that the library answers with. */
export async function inLibrary<Result>({ APIError }: Library, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    throw new APIError(error.status as 429, error.body as ErrorBody, error.headers);
  }
}
