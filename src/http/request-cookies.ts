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

/** The cookies of this exchange; the `Cookie` header is parsed once. */
export function jarOf(request: FastifyRequest): CookieJar {
  return (request.jar ??= new CookieJar(parseCookies(request.headers.cookie)));
}

/** The cookies of this exchange, as a parameter of a route. */
export const Jar = createParamDecorator((_: unknown, context: ExecutionContext): CookieJar =>
  jarOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The only place that writes `Set-Cookie`, the headers that follow from it, and the status of a redirect. */
export function writeAnswerHeaders(added: AddedHeaders): onSendHookHandler {
  return (request, reply, payload, done) => {
    // Only here, because Nest sets the route's own status after all interceptors.
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
