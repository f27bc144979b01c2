import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import { badRequest, unsupportedMediaType, type AuthError } from '../errors/auth-error.js';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Bytes; enough for a password field of a megabyte to be refused by its length and not by the parser. */
export const BODY_LIMIT = 2 * 1024 * 1024;

/** Fastify would refuse a malformed type. In the protocol, the type matters only if there is a body to read. */
export const dropNeedlessType: onRequestHookHandler = (request, _reply, done) => {
  const { bodiless } = request.routeOptions.config;
  if (request.headers['content-type'] === '' || bodiless || isEmpty(request))
    delete request.raw.headers['content-type'];
  done();
};

/** One parser in place of Fastify's, so that the faults and their order are the protocol's (protocol.md §4.2). */
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

/** RFC 9112 §6.3: a request without either header has no body. */
const isEmpty = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;

/** @throws {AuthError} 415 for a type the route does not take, 400 for malformed JSON. */
function parseBodyText(request: FastifyRequest, body: string): unknown {
  const header = request.headers['content-type'];
  // Without a type, or without a single byte, there is no body.
  if (header === undefined || body === '' || request.routeOptions.config.bodiless) return undefined;
  const type = header.split(';', 1)[0]?.trim().toLowerCase();
  const takesForms = request.routeOptions.config.form ?? false;
  if (type === FORM_TYPE && takesForms) return Object.fromEntries(new URLSearchParams(body));
  if (type !== JSON_TYPE) throw notAllowed(request);
  try {
    // A byte order mark is no part of the text (RFC 8259 §8.1).
    return JSON.parse(body.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    throw badRequest('BAD_REQUEST');
  }
}

/** 415 that names the type as it was sent and those the route takes. */
export function notAllowed(request: FastifyRequest): AuthError {
  const allowed = request.routeOptions.config.form ? `${FORM_TYPE}, ${JSON_TYPE}` : JSON_TYPE;
  return unsupportedMediaType(
    'UNSUPPORTED_MEDIA_TYPE',
    `Content-Type "${request.headers['content-type']}" is not allowed. Allowed types: ${allowed}`,
  );
}
