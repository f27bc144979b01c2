import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { openingSecrets } from '../config/keyring.js';
import { cookieName } from '../cookies/session-cookies.js';
import { SignedValues } from '../cookies/signed-value.js';
import { unauthorized } from '../errors/auth-error.js';
import { cookieSettings } from '../config/cookie-settings.js';
import { bearerOptions } from '../features/bearer/bearer-options.js';
import { SessionCookieWriter } from '../cookies/session-cookie-writer.js';
import { SessionDataCookie } from '../cookies/session-data-cookie.js';
import { jarOf } from '../http/request-cookies.js';
import { identityOf } from './session-data.js';
import type { StoredSession } from './cache/session-cache.js';
import { SessionReader, type ReadSession, type SessionKey } from './cache/session-reader.js';
import { JwtAuthenticator } from './jwt-authenticator.js';
import { LegacyTokenExchange } from './legacy-token-exchange.js';
import {
  bearerOf,
  bearerToken,
  cookieToken,
  type CredentialSettings,
  type PresentedToken,
} from './presented-credential.js';
import { SessionsStore } from './sessions.store.js';
import type { AuthContext } from './auth-context.js';
import type { RequestedSession } from './requested-session.js';
import type { Session } from './session.js';

/** Which session a request names, before anybody has asked whether it stands. */
type Named =
  | PresentedToken
  | {
      readonly kind: 'jwt';
      readonly sub: string;
      readonly sid: string;
      /** The JWT is the legacy application's: the client is to keep its session instead. */
      readonly legacy?: boolean;
    };

export interface ResolveOptions {
  /** What is sensitive is never answered from a cache: a session that was revoked could still stand there. */
  readonly sensitive?: boolean;
  /** Under `session.deferSessionRefresh` the one request that may write. */
  readonly mayWrite?: boolean;
}

/** From a request to its session: by signed cookie, bearer session token or bearer JWT (protocol.md §3, §11.1). */
@Injectable()
export class SessionResolver {
  private readonly tokenCookie: string;
  private readonly markCookie: string;
  private readonly credentials: CredentialSettings;

  constructor(
    private readonly sessions: SessionsStore,
    private readonly reader: SessionReader,
    private readonly jwts: JwtAuthenticator,
    private readonly legacy: LegacyTokenExchange,
    private readonly writer: SessionCookieWriter,
    private readonly cache: SessionDataCookie,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    const settings = cookieSettings(config);
    this.tokenCookie = cookieName(settings, 'session_token');
    this.markCookie = cookieName(settings, 'dont_remember');
    const signed = new SignedValues(openingSecrets(config));
    this.credentials = { signed, requireSignature: bearerOptions.of(config).requireSignature };
  }

  /**
   * By the cache where that is allowed, else by the database. Extends a session that is due, writes the cache, and expires
   * the cookies of a session that is gone.
   * @throws {AuthError} 401 `FAILED_TO_GET_SESSION` when the session vanishes while it is being extended.
   */
  async resolve(request: FastifyRequest, options: ResolveOptions = {}): Promise<Resolved | undefined> {
    this.cache.dropLeftovers(jarOf(request));
    const named = await this.identify(request);
    if (!named) return undefined;
    const mark = this.markOf(request);
    const remember = mark === undefined;
    const rotated = named.kind === 'token' && (named.secretIndex > 0 || (mark?.secretIndex ?? 0) > 0);
    const cached = options.sensitive ? undefined : await this.fromCache(request, named, remember);
    const auth = cached ?? (await this.fromDatabase(request, named, { ...options, remember }));
    if (auth && rotated && !auth.renewed)
      this.writer.writeToken(jarOf(request), auth.session.token, remember);
    return auth;
  }

  /** The session that a request names, to be looked up when it is asked for. */
  of(request: FastifyRequest): RequestedSession {
    return {
      remember: this.markOf(request) === undefined,
      resolve: (options) => this.resolve(request, options),
      find: () => this.find(request),
    };
  }

  /** Which session the request names, whether or not it still stands: for signing out. */
  private async find(request: FastifyRequest): Promise<{ session: Session | undefined } | undefined> {
    const named = await this.identify(request);
    return named && { session: (await this.read(named, true))?.session };
  }

  private async fromCache(
    request: FastifyRequest,
    named: Named,
    remember: boolean,
  ): Promise<Resolved | undefined> {
    const { disableCookieCache } = request.query as { disableCookieCache?: unknown };
    if (named.kind === 'jwt' || disableCookieCache) return undefined;
    const data = await this.cache.read(jarOf(request), named.token, remember);
    return (
      data && {
        ...identityOf(data, this.config),
        remember,
        credential: named.via,
        cached: true,
        standsUntil: 0,
      }
    );
  }

  private async fromDatabase(
    request: FastifyRequest,
    named: Named,
    { mayWrite = false, sensitive = false, remember }: ResolveOptions & { remember: boolean },
  ): Promise<Resolved | undefined> {
    const writes = mayWrite || !this.config.session.deferSessionRefresh;
    const found = await this.read(named, sensitive);
    const now = new Date();
    const isExpired = found !== undefined && found.session.expiresAt <= now;
    if (isExpired && writes) await this.sessions.delete(found.session.token);
    if (!found || isExpired || found.isBanned) {
      this.writer.expire(jarOf(request));
      return undefined;
    }
    const credential = named.kind === 'jwt' ? 'jwt' : named.via;
    const auth = contextOf(found, remember, credential);
    if (named.kind === 'jwt' && named.legacy) await this.writer.write(jarOf(request), auth, true);
    const { disableRefresh } = request.query as { disableRefresh?: unknown };
    if (!remember || disableRefresh) return auth;
    const { disableSessionRefresh } = this.config.session;
    const due = this.dueBefore(now);
    const needsRefresh = !disableSessionRefresh && auth.session.expiresAt <= due;
    const extended = needsRefresh && writes ? await this.extend(auth, now, due) : undefined;
    if (extended === 'gone') {
      this.writer.expire(jarOf(request));
      throw unauthorized('FAILED_TO_GET_SESSION');
    }
    if (named.kind === 'jwt') return extended ?? auth;
    if (extended) await this.writer.write(jarOf(request), extended, remember);
    else await this.cache.write(jarOf(request), auth, remember);
    if (extended) return { ...extended, renewed: true };
    if (!writes) return { ...auth, needsRefresh };
    return disableSessionRefresh
      ? auth
      : { ...auth, standsUntil: Math.min(auth.standsUntil, this.dueAt(auth)) };
  }

  /** Bearer before cookie; what proves to be nothing is passed over. */
  private async identify(request: FastifyRequest): Promise<Named | undefined> {
    const bearer = bearerOf(request.headers.authorization);
    const presented = bearer === undefined ? undefined : bearerToken(bearer, this.credentials);
    if (presented?.kind === 'token') return presented;
    if (bearer !== undefined && presented) {
      const identity = await this.jwts.authenticate(request, bearer);
      if (identity) return { kind: 'jwt', sub: identity.sub, sid: identity.sid };
      const exchanged = await this.legacy.execute(bearer, request);
      if (exchanged) return { kind: 'jwt', ...exchanged, legacy: true };
    }
    return cookieToken(jarOf(request).carried.get(this.tokenCookie), this.credentials);
  }

  private async read(named: Named, sensitive: boolean): Promise<ReadSession | undefined> {
    const key: SessionKey = named.kind === 'token' ? { token: named.token } : { id: named.sid };
    const found = await (sensitive ? this.reader.fromDatabase(key) : this.reader.read(key));
    return named.kind === 'token' || found?.session.userId === named.sub ? found : undefined;
  }

  private markOf(request: FastifyRequest) {
    const mark = jarOf(request).carried.get(this.markCookie);
    return mark === undefined ? undefined : this.credentials.signed.open(mark);
  }

  /** A session that ends before this has not been extended for `updateAge`. */
  private dueBefore(now: Date): Date {
    const { expiresIn, updateAge } = this.config.session;
    return new Date(now.getTime() + (expiresIn - updateAge) * 1000);
  }

  /** Milliseconds since 1970. */
  private dueAt({ session }: AuthContext): number {
    const { expiresIn, updateAge } = this.config.session;
    return session.expiresAt.getTime() - (expiresIn - updateAge) * 1000;
  }

  /** As it then is, also when another request was quicker to extend it. */
  private async extend(auth: Resolved, now: Date, due: Date): Promise<Resolved | 'gone'> {
    const expiresAt = new Date(now.getTime() + this.config.session.expiresIn * 1000);
    const session = { ...auth.session, expiresAt, updatedAt: now };
    if (await this.sessions.extend(session.token, due, expiresAt, now)) {
      return { ...auth, session, stored: undefined };
    }
    const current = await this.reader.fromDatabase(session);
    return current ? contextOf(current, auth.remember, auth.credential) : 'gone';
  }
}

export interface Resolved extends AuthContext {
  /** Its cookies have been written just now. */
  readonly renewed?: boolean;
  /** As it was read, and still is. */
  readonly stored?: StoredSession | undefined;
  /** Milliseconds since 1970: from then on it is extended or refused when it is read again. */
  readonly standsUntil: number;
}

function contextOf(
  stored: StoredSession,
  remember: boolean,
  credential: AuthContext['credential'],
): Resolved {
  const { session, user } = stored;
  const standsUntil = session.expiresAt.getTime();
  return { session, user, remember, credential, cached: false, stored, standsUntil };
}
