import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest, onSendHookHandler } from 'fastify';
import { CookieJar } from '../cookies/cookie-jar.js';
import { parseCookies } from '../cookies/parse-cookies.js';
import type { AddedHeaders } from './added-headers.js';
import { exposeHeader } from './exposed-headers.js';

declare module 'fastify' {
  interface FastifyRequest {
    jar?: CookieJar;
    redirects?: boolean;
  }
}

/** The cookies of this request and its answer. The `Cookie` header is parsed only once. */
export function jarOf(request: FastifyRequest): CookieJar {
  return (request.jar ??= new CookieJar(parseCookies(request.headers.cookie)));
}

/** Passes the cookies of the request and its answer to a route. */
export const Jar = createParamDecorator((_: unknown, context: ExecutionContext): CookieJar =>
  jarOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/**
 * Writes `Set-Cookie`, the headers that features derive from it, and the status of a redirect. No other code writes them.
 */
export function writeAnswerHeaders(added: AddedHeaders): onSendHookHandler {
  return (request, reply, payload, done) => {
    // An interceptor cannot set this status, because Nest sets the status of the route after all interceptors.
    if (request.redirects) void reply.code(302);
    const { jar } = request;
    if (jar && jar.setCookies.length > 0) {
      void reply.header('set-cookie', jar.setCookies);
      for (const { name, value } of added.of(jar)) void reply.header(name, value);
    }
    for (const name of added.names) if (reply.hasHeader(name)) exposeHeader(reply, name);
    done(null, payload);
  };
}
