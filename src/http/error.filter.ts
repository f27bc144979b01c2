import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isUnstorable } from '../database/unstorable.js';
import { SessionCookieWriter } from '../cookies/session-cookie-writer.js';
import { jarOf } from './request-cookies.js';
import { notAllowed } from './body-parser.js';
import { asJson } from './json-answer.js';
import { ErrorReports } from './error-reports.js';
import { Logger } from '../logging/logger.js';
import { AuthError, badRequest, internal, overloaded, payloadTooLarge } from '../errors/auth-error.js';
import { unavailability } from '../errors/unavailable.js';

const { body: UNEXPECTED } = internal('INTERNAL_SERVER_ERROR');
/** Seconds that a client is asked to wait while the database is unavailable. */
const RETRY_AFTER = 1;

/**
 * Writes the answer to every error. If the database is unavailable, that is 503. Another unexpected error is logged and
 * answered with 500, without a body unless the client asks for JSON
 * (src/http/protocol.md, "Order of a request").
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly cookies: SessionCookieWriter,
    private readonly reports: ErrorReports,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const error = asAuthError(exception, request);
    const fault = faultIn(exception, error);
    if (fault !== undefined) this.logger.fault(fault, request.id, request.traceId);
    if (exception instanceof AuthError || fault === undefined) this.reports.refused(error, request.method);
    else void this.reports.tell(fault);
    if (reply.sent) return;
    // Fastify closes the connection after an error of the body. A client that is still sending would miss the answer.
    void reply.removeHeader('connection');
    if (error.endsSession) this.cookies.expire(jarOf(request));
    void reply.code(error.status).headers(error.headers);
    const body = error.body ?? (error.status === 500 && asksForJson(request) ? UNEXPECTED : undefined);
    if (body) void asJson(reply).send(JSON.stringify(body));
    else if (error.headers['content-type']) void asJson(reply).send('');
    else void reply.removeHeader('content-type').send();
  }
}

/**
 * True if `Accept` names JSON, as Swagger UI and generated clients do. Better Auth's client accepts anything, and gets an
 * unexpected error without a body, as in the protocol.
 */
const asksForJson = ({ headers: { accept = '' } }: FastifyRequest) => /\bapplication\/json\b/i.test(accept);

/** Returns what to log. A value that PostgreSQL refuses is logged too, because a check for it is missing in the code. */
function faultIn(exception: unknown, error: AuthError): unknown {
  if (exception instanceof AuthError) return exception.cause;
  return error.status >= 500 || isUnstorable(exception) ? exception : undefined;
}

function asAuthError(exception: unknown, request: FastifyRequest): AuthError {
  const fault = exception instanceof AuthError ? exception.cause : exception;
  if (unavailability(fault) !== undefined) return overloaded(RETRY_AFTER);
  if (exception instanceof AuthError) return exception;
  // The value came with the request, so the client gets 400. `faultIn` logs it.
  if (isUnstorable(exception)) return badRequest('VALIDATION_ERROR');
  const status = statusOf(exception);
  // Fastify's own errors, for example for a malformed content type or a wrong Content-Length.
  if (status === 415) return notAllowed(request);
  if (status === 413) return payloadTooLarge('PAYLOAD_TOO_LARGE');
  if (status === 400) return badRequest('BAD_REQUEST');
  return new AuthError(status >= 400 && status < 500 ? status : 500, undefined);
}

function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  const { statusCode } = (exception ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}
