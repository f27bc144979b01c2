import type { FastifyRequest } from 'fastify';
import type { CookieJar } from '../../cookies/cookie-jar.js';
import type { Client } from '../../http/client.js';
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
    disableCookieCache: Boolean(disableCookieCache),
    disableRefresh: Boolean(disableRefresh),
  };
}
