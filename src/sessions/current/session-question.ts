import type { FastifyRequest } from 'fastify';
import type { CookieJar } from '../../cookies/cookie-jar.js';
import type { Client } from '../../http/client.js';
import { jarOf } from '../../http/request-cookies.js';
import type { ShownCredentials } from '../credentials.js';
import type { Identity } from '../session.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by a feature that has checked a credential without a stored session, such as an API key. */
    actsAs?: Identity;
  }
}

/** The parts of a request that decide about its session. */
export interface SessionQuestion {
  readonly shown: ShownCredentials;
  readonly jar: CookieJar;
  /**
   * Whom a feature has let act without a stored session, for example by an API key. Wins over all other credentials, except
   * on routes that read the session from the database only.
   */
  readonly actsAs: Identity | undefined;
  /** True if the client asks the server to ignore the session data cookie and read the database. */
  readonly disableCookieCache: boolean;
  /** True if the client asks the server not to renew the session. */
  readonly disableRefresh: boolean;
}

/** How a use case wants the session to be read. */
export interface ResolveOptions {
  /** True to read the database only, because a revoked session may still be in memory. */
  readonly sensitive?: boolean;
  /**
   * True to believe the session data cookie, which outlives a revocation. Only for showing the client its own session. No
   * other route may, because it could then show or change something for a session that has ended.
   */
  readonly trustsDataCookie?: boolean;
  /** With `session.deferSessionRefresh`: true for the only route that may renew a session. */
  readonly mayWrite?: boolean;
  /** False if the route asks again later. Then it renews the session, and its answer has the cookies. */
  readonly renews?: boolean;
}

/**
 * A class, because an object literal with a getter gets a hidden class of its own each time. V8 keeps these among its old
 * objects, and collecting them took a quarter of the time of an answer.
 */
class CredentialsOfRequest implements ShownCredentials {
  readonly authorization: string | undefined;

  constructor(
    private readonly request: FastifyRequest,
    readonly cookies: ReadonlyMap<string, string>,
  ) {
    this.authorization = request.headers.authorization;
  }

  get client(): Client {
    return this.request.client;
  }
}

export function sessionQuestion(request: FastifyRequest): SessionQuestion {
  const jar = jarOf(request);
  const { disableCookieCache, disableRefresh } = request.query as Record<string, unknown>;
  return {
    shown: new CredentialsOfRequest(request, jar.carried),
    jar,
    actsAs: request.actsAs,
    disableCookieCache: Boolean(disableCookieCache),
    disableRefresh: Boolean(disableRefresh),
  };
}
