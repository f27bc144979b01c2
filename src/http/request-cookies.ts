import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CookieJar } from '../cookies/cookie-jar.js';
import { parseCookies } from '../cookies/parse-cookies.js';

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

/** Writes `Set-Cookie` and the status of a redirect: the only place that does, whichever way an answer came about. */
export function installAnswerHeaders(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    // Only here, because Nest sets the route's own status after all interceptors.
    if (request.redirects) void reply.code(302);
    const lines = request.jar?.setCookies ?? [];
    if (lines.length > 0) void reply.header('set-cookie', lines);
    done(null, payload);
  });
}
