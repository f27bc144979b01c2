import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Config } from '../config/config.js';
import { badRequest, unsupportedMediaType, type AuthError } from '../errors/auth-error.js';
import { readBody } from './read-body.js';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Bytes for routes with `shortBody`. Routes with a password take more, because a long one gets an error of its own. */
const SHORT_BODY = 32 * 1024;
/** No body of the protocol has more than 4 levels. Clients choose the levels of `additionalData`. */
const MOST_LEVELS = 50;

/** The types that Fastify can read. Plugins see them even without a body. */
const WELL_FORMED = /^[\w.+-]+\/[\w.+-]+$/;

/**
 * Removes the content type if there is no body to read, because Fastify refuses a malformed type and the protocol does
 * not.
 */
export const dropNeedlessType: onRequestHookHandler = (request, _reply, done) => {
  const { bodiless, plainBody } = request.routeOptions.config;
  const type = request.headers['content-type'];
  if (plainBody && type !== undefined && WELL_FORMED.test(type)) return done();
  if (type === '' || bodiless || isEmpty(request)) delete request.raw.headers['content-type'];
  done();
};

/**
 * Replaces Fastify's parsers, so that errors and their order are those of the protocol
 * (src/http/protocol.md, "Bodies").
 */
export function installBodyParser(server: FastifyInstance, { limits }: Pick<Config, 'limits'>): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (request, message, done) => {
    const { shortBody } = request.routeOptions.config;
    const limit = shortBody ? Math.min(SHORT_BODY, limits.body) : limits.body;
    readBody(message, limit, (fault, text) => {
      if (fault) return done(fault, undefined);
      try {
        done(null, parseBodyText(request, text));
      } catch (error) {
        done(error as Error, undefined);
      }
    });
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
  const { plainBody } = request.routeOptions.config;
  if (type !== JSON_TYPE && !plainBody) throw notAllowed(request);
  if (isDeep(body))
    throw badRequest('BAD_REQUEST', `JSON in request body has more than ${MOST_LEVELS} levels`);
  if (plainBody) return body;
  try {
    // A byte order mark does not belong to the JSON text (RFC 8259 §8.1).
    return JSON.parse(body.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    throw badRequest('BAD_REQUEST');
  }
}

/** True if arrays and objects are nested deeper than allowed. Also true for some text that is not JSON. */
function isDeep(text: string): boolean {
  if (text.length <= MOST_LEVELS) return false;
  let levels = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') isInText = !isInText;
    else if (isInText && character === '\\') at += 1;
    else if (!isInText && (character === '[' || character === '{')) levels += 1;
    else if (!isInText && (character === ']' || character === '}')) levels -= 1;
    if (levels > MOST_LEVELS) return true;
  }
  return false;
}

/** The error 415. It names the type as the client sent it, and the types that the route takes. */
export function notAllowed(request: FastifyRequest): AuthError {
  const allowed = request.routeOptions.config.form ? `${FORM_TYPE}, ${JSON_TYPE}` : JSON_TYPE;
  return unsupportedMediaType(
    'UNSUPPORTED_MEDIA_TYPE',
    `Content-Type "${request.headers['content-type']}" is not allowed. Allowed types: ${allowed}`,
  );
}
