import type { FastifyRequest } from 'fastify';
import type { CookieJar } from '../../cookies/cookie-jar.js';
import { jarOf } from '../../http/request-cookies.js';
import type { ShownCredentials } from '../credentials.js';

/** The parts of a request that decide about its session. */
export interface SessionQuestion {
  readonly shown: ShownCredentials;
  readonly jar: CookieJar;
  /** True if the client asks the server to ignore the session data cookie and read the database. */
  readonly disableCookieCache: boolean;
  /** True if the client asks the server not to renew the session. */
  readonly disableRefresh: boolean;
}

/** How a use case wants the session to be read. */
export interface ResolveOptions {
  /** True to read the database only, because a revoked session may still be in a cookie or in memory. */
  readonly sensitive?: boolean;
  /** With `session.deferSessionRefresh`: true for the only route that may renew a session. */
  readonly mayWrite?: boolean;
}

export function sessionQuestion(request: FastifyRequest): SessionQuestion {
  const jar = jarOf(request);
  const { disableCookieCache, disableRefresh } = request.query as Record<string, unknown>;
  return {
    shown: {
      authorization: request.headers.authorization,
      cookies: jar.carried,
      get client() {
        return request.client;
      },
    },
    jar,
    disableCookieCache: Boolean(disableCookieCache),
    disableRefresh: Boolean(disableRefresh),
  };
}
