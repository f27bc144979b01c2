import type { FastifyRequest } from 'fastify';
import { parseCookies } from '../cookies/parse-cookies.js';

declare module 'fastify' {
  interface FastifyRequest {
    cookieMap?: ReadonlyMap<string, string>;
  }
}

/** The request's cookies, still URL-encoded; the header is read once. */
export function cookiesOf(request: FastifyRequest): ReadonlyMap<string, string> {
  return (request.cookieMap ??= parseCookies(request.headers.cookie));
}
