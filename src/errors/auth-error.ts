import { definitionOf, type NamedError } from './defined-errors.js';
import { MESSAGES } from './error-catalogue.js';

export interface ErrorBody {
  readonly message: string;
  readonly code?: string;
}

/**
 * An answer other than 200 in the protocol's form (src/http/protocol.md, "Answers"). `ErrorFilter` writes it.
 */
export class AuthError extends Error {
  override readonly name = 'AuthError';

  constructor(
    readonly status: number,
    /** Undefined if the answer has no body. */
    readonly body: ErrorBody | undefined,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(body?.message ?? `status ${status}`);
  }

  /** True if the answer also expires the cookies of the session. */
  endsSession = false;

  endingSession(): this {
    this.endsSession = true;
    return this;
  }

  /** The fault behind this answer. It is logged and never sent. */
  causedBy(fault: unknown): this {
    this.cause = fault;
    return this;
  }
}

const failure =
  (status: number) =>
  (error: NamedError, message: string = definitionOf(error).message) =>
    new AuthError(status, { message, code: definitionOf(error).code });

export const badRequest = failure(400);
export const unauthorized = failure(401);
export const forbidden = failure(403);
export const notFound = failure(404);
export const methodNotAllowed = failure(405);
export const payloadTooLarge = failure(413);
export const unsupportedMediaType = failure(415);
export const unprocessable = failure(422);
export const conflict = failure(409);
export const expectationFailed = failure(417);
export const internal = failure(500);

/** A few answers have a message but no code (src/http/protocol.md, "Redirects and odd bodies"). */
export const badRequestWithoutCode = (message: string) => new AuthError(400, { message });

/**
 * An answer with an empty body and a JSON content type (src/http/protocol.md, "Redirects and odd bodies").
 */
const empty = (status: number) => new AuthError(status, undefined, { 'content-type': 'application/json' });

/** 401 with an empty body, for routes where the protocol has no error text for a missing session. */
export const nobody = () => empty(401);

/** 404 for a route that is switched off. */
export const nothingHere = () => empty(404);

/** The body of every 429 (src/rate-limits/protocol.md, "Refusal"). */
export const TOO_MANY_REQUESTS: ErrorBody = { message: 'Too many requests. Please try again later.' };

/** 429 with the protocol's header and that of RFC 9110 §10.2.3. `retryAfter` is in seconds. */
export const tooManyRequests = (retryAfter: number) =>
  new AuthError(429, TOO_MANY_REQUESTS, {
    'retry-after': String(retryAfter),
    'x-retry-after': String(retryAfter),
  });

/** 503 because the queue of password hashes is full. `retryAfter` is in seconds (RFC 9110 §10.2.3). */
export const overloaded = (retryAfter: number) =>
  new AuthError(
    503,
    { message: MESSAGES.SERVICE_UNAVAILABLE, code: 'SERVICE_UNAVAILABLE' },
    { 'retry-after': String(retryAfter) },
  );
