import type { FastifyRequest } from 'fastify';
import type { CookieJar } from '../../cookies/cookie-jar.js';
import { jarOf } from '../../http/request-cookies.js';
import type { ShownCredentials } from '../credentials.js';

/** All of a request that decides about its session. */
export interface SessionQuestion {
  readonly shown: ShownCredentials;
  readonly jar: CookieJar;
  /** The client wants the database to answer, not its session data cookie. */
  readonly disableCookieCache: boolean;
  /** The client does not want its session to be renewed. */
  readonly disableRefresh: boolean;
}

/** What a use case wants to know of the session. */
export interface ResolveOptions {
  /** True: only the database answers, because a revoked session may live on in a cookie or in memory. */
  readonly sensitive?: boolean;
  /** Under `session.deferSessionRefresh`: true for the one route that may renew a session. */
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
