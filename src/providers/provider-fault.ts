import { UnusableAnswer } from './outgoing-requests.js';
import { ProviderTimeout } from './time-limit.js';

/**
 * Describes a provider's failure for the log. Contains only the status and the error code (RFC 6749 §5.2) of an answer,
 * because the rest of the answer could contain a token.
 */
export function describeProviderFault(error: unknown): string {
  if (error instanceof ProviderTimeout || error instanceof UnusableAnswer) return error.message;
  const { status, error: code, cause, message } = (error ?? {}) as Fault;
  if (typeof status === 'number' && status > 0) {
    return typeof code === 'string' && /^[a-z_]{1,40}$/.test(code)
      ? `status ${status}, ${code}`
      : `status ${status}`;
  }
  if (cause instanceof UnusableAnswer) return cause.message;
  const reason = codeOf(error) ?? codeOf(cause);
  if (reason) return reason;
  return error instanceof Error && error.name === 'Error' && message ? message : 'no usable answer';
}

interface Fault {
  readonly status?: unknown;
  readonly error?: unknown;
  readonly cause?: unknown;
  readonly message?: string;
}

/** A code of Node, such as `ECONNREFUSED`, or of openid-client, such as `OAUTH_…`. */
function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : undefined;
}
