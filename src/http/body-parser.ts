import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import { badRequest, unsupportedMediaType, type AuthError } from '../errors/auth-error.js';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Bytes. Large enough that a password of 1 MiB is refused for its length and not by the parser. */
export const BODY_LIMIT = 2 * 1024 * 1024;

/**
 * Removes the content type if there is no body to read, because Fastify refuses a malformed type and the protocol does
 * not.
 */
export const dropNeedlessType: onRequestHookHandler = (request, _reply, done) => {
  const { bodiless } = request.routeOptions.config;
  if (request.headers['content-type'] === '' || bodiless || isEmpty(request))
    delete request.raw.headers['content-type'];
  done();
};

/**
 * Replaces Fastify's parsers, so that errors and their order are those of the protocol
 * (src/http/protocol.md, "Bodies").
 */
export function installBodyParser(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string', bodyLimit: BODY_LIMIT }, (request, body, done) => {
    try {
      done(null, parseBodyText(request, body as string));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
}

/** A request has no body if it has neither header, or a length of 0 (RFC 9112 §6.3). */
const isEmpty = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;

/** @throws {AuthError} 415 for a type that the route does not take, 400 for malformed JSON. */
function parseBodyText(request: FastifyRequest, body: string): unknown {
  const header = request.headers['content-type'];
  // A request without a type, or with an empty body, counts as a request without a body.
  if (header === undefined || body === '' || request.routeOptions.config.bodiless) return undefined;
  const type = header.split(';', 1)[0]?.trim().toLowerCase();
  const takesForms = request.routeOptions.config.form ?? false;
  if (type === FORM_TYPE && takesForms) return Object.fromEntries(new URLSearchParams(body));
  if (type !== JSON_TYPE) throw notAllowed(request);
  try {
    // A byte order mark does not belong to the JSON text (RFC 8259 §8.1).
    return JSON.parse(body.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    throw badRequest('BAD_REQUEST');
  }
}

/** The error 415. It names the type as the client sent it, and the types that the route takes. */
export function notAllowed(request: FastifyRequest): AuthError {
  const allowed = request.routeOptions.config.form ? `${FORM_TYPE}, ${JSON_TYPE}` : JSON_TYPE;
  return unsupportedMediaType(
    'UNSUPPORTED_MEDIA_TYPE',
    `Content-Type "${request.headers['content-type']}" is not allowed. Allowed types: ${allowed}`,
  );
}
