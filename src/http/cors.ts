import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { BASE_PATH, type Config } from '../config/config.js';
import type { AddedHeaders } from './added-headers.js';
import { authPath } from './auth-path.js';
import { exposeHeader } from './exposed-headers.js';
import { originsOf } from './origins-of-request.js';
import { isTrustedOrigin } from './trusted-origins.js';

/** The headers that Better Auth's client sends. Other headers are allowed if the preflight asks for them. */
const HEADERS = ['content-type', 'authorization'];
/** Scripts of another origin may read these headers, besides those that features add. */
const EXPOSED = ['x-retry-after', 'x-request-id'];
/** Seconds for which a browser may remember a preflight. Chromium accepts no more. */
const MAX_AGE = 7200;
/** Characters of the list of headers that a preflight may ask for. */
const LONGEST_LIST = 2048;

/** @returns the methods of all routes below the base path. Call this before the server has routes. */
export function methodsOf(server: FastifyInstance): ReadonlySet<string> {
  const methods = new Set<string>();
  server.addHook('onRoute', ({ url, method, config }) => {
    if (url.startsWith(`${BASE_PATH}/`) && !config?.everyMethod)
      for (const each of [method].flat()) methods.add(each);
  });
  return methods;
}

/**
 * Lets pages of the trusted origins call the routes below the base path with cookies (Fetch Standard §3.2). Better Auth
 * leaves this to the framework around it. Pages of the server's own origin need no CORS headers and get none.
 */
export function cors(
  config: Config,
  added: AddedHeaders,
  methods: ReadonlySet<string>,
): onRequestHookHandler | undefined {
  const asks = config.functions.trustedOrigins !== undefined;
  if (!asks && config.trustedOrigins.every((pattern) => pattern === config.origin)) return undefined;
  return (request, reply, done) => {
    if (authPath(request.originalUrl) === undefined) return done();
    // Sent even without the other headers, because a cache must not give one origin's answer to another origin.
    void reply.header('vary', 'Origin');
    const origin = trustedOrigin(request, config);
    if (origin === undefined) return done();
    void reply.headers({ 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' });
    if (isPreflight(request)) return void answerPreflight(request, reply, methods);
    for (const name of [...added.names, ...EXPOSED]) exposeHeader(reply, name);
    return done();
  };
}

/** Returns the `Origin` header if it is trusted and not the server's own origin. `null` is never trusted. */
function trustedOrigin(request: FastifyRequest, config: Config): string | undefined {
  const { origin } = request.headers;
  if (!origin || origin === config.origin || !isSerializedOrigin(origin)) return undefined;
  return isTrustedOrigin(origin, originsOf(request, config)) ? origin : undefined;
}

/** True if a browser writes an origin so (RFC 6454 §6.2). A URL that only begins with a trusted origin is refused. */
function isSerializedOrigin(origin: string): boolean {
  // Longer than any host name. The answer repeats the origin.
  if (origin.length > 512) return false;
  if (!/^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.[\]:_-]*$/i.test(origin) || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  return !/^https?:$/.test(url.protocol) || url.origin === origin;
}

const isPreflight = ({ method, headers }: FastifyRequest) =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

function answerPreflight(
  request: FastifyRequest,
  reply: FastifyReply,
  methods: ReadonlySet<string>,
): FastifyReply {
  const asked = request.headers['access-control-request-headers'];
  return reply
    .code(204)
    .headers({
      vary: 'Origin, Access-Control-Request-Headers',
      'access-control-allow-methods': [...methods].toSorted().join(', '),
      'access-control-allow-headers': allowedHeaders(typeof asked === 'string' ? asked : '').join(', '),
      'access-control-max-age': String(MAX_AGE),
    })
    .send();
}

/**
 * Allows every header that a trusted origin asks for, because front ends send headers of their own, such as for tracing.
 */
function allowedHeaders(asked: string): string[] {
  const names = asked
    .slice(0, LONGEST_LIST)
    .split(',', 64)
    .map((name) => name.trim().toLowerCase())
    .filter((name) => /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name));
  return [...new Set([...HEADERS, ...names])];
}
