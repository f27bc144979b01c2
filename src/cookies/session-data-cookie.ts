import type { AccountCookie } from './account-cookie.js';
import { readChunked } from './chunks.js';
import type { CookieJar } from './cookie-jar.js';
import {
  cookieAttributes,
  cookieName,
  expiredSessionDataCookie,
  expiredSessionDataParts,
  sessionDataCookies,
  type SessionCookieSettings,
} from './session-cookies.js';
import { sessionDataCodec, type SessionDataCodec, type Strategy } from './session-data/codec.js';
import {
  sessionDataOf,
  type CachedSession,
  type CachedUser,
  type IdentityRecord,
  type OpenedSessionData,
  type SessionData,
} from './session-data/session-data.js';

/** Better Auth's `session.cookieCache`. */
export interface CookieCacheOptions {
  readonly enabled: boolean;
  readonly strategy: Strategy;
  /** A function gets what the cookie says about the session and its user. */
  readonly version: string | ((session: CachedSession, user: CachedUser) => string | Promise<string>);
  /** If set: this many seconds before the cookie expires, the database is asked again. `true` is a fifth of its life. */
  readonly refreshCache?: boolean | number;
}

/** The version of a cookie that names none. */
const FIRST_VERSION = '1';

/**
 * The signed or encrypted cookie `session_data`, which answers requests without a database query
 * (src/cookies/protocol.md, "Session data"). After a session is revoked the cookie stays valid until it
 * expires, so nothing sensitive may rely on it.
 */
export class SessionDataCookie {
  private readonly codec: SessionDataCodec;
  private readonly name: string;
  /** Seconds. */
  private readonly maxAge: number | undefined;
  /** Milliseconds before its end in which the cookie should be written anew. */
  private readonly lastPart: number;

  constructor(
    private readonly settings: SessionCookieSettings,
    secrets: readonly [string, ...string[]],
    private readonly options: CookieCacheOptions,
    private readonly account: AccountCookie,
  ) {
    this.codec = sessionDataCodec(options.strategy, secrets);
    this.name = cookieName(settings, 'session_data');
    this.maxAge = cookieAttributes(settings, 'session_data').maxAge;
    const { refreshCache = false } = options;
    const seconds = refreshCache === true ? Math.floor((this.maxAge ?? 0) / 5) : Number(refreshCache);
    this.lastPart = seconds * 1000;
  }

  /**
   * Writes the session's current data.
   * @param remember false: the cookie ends with the browser, and its content expires after 1 minute (`compact`) or 5
   * minutes.
   */
  async write(jar: CookieJar, identity: IdentityRecord, remember: boolean): Promise<void> {
    if (!this.options.enabled) return;
    const maxAge = remember ? this.maxAge : undefined;
    const expiresAt = Date.now() + (maxAge || this.codec.lifeUnremembered) * 1000;
    const data = sessionDataOf(identity, Date.now());
    const version = await this.versionOf(data);
    jar.set(await this.sealed(jar, { ...data, version }, maxAge, expiresAt));
    await this.account.renew(jar, identity.user.id);
  }

  /**
   * The session that the request's cookie describes. Expires the cookie and returns undefined if no known secret made
   * it, it has expired, or it belongs to another session or version. If an older secret made it, writes it again with
   * the current secret and the same expiry.
   * @param mayRefresh true to return undefined also if the cookie should be written anew. Only the stored session may
   * prolong it, because a cookie that prolongs itself would outlive every revocation.
   */
  async read(
    jar: CookieJar,
    token: string,
    { remember, mayRefresh }: { readonly remember: boolean; readonly mayRefresh: boolean },
  ): Promise<SessionData | undefined> {
    const value = this.options.enabled ? readChunked(this.name, jar.carried) : undefined;
    if (!value) return undefined;
    const opened = await this.codec.open(value);
    const now = Date.now();
    if (!opened || !(await this.isGood(opened, token, now))) {
      jar.expire([expiredSessionDataCookie(this.settings)]);
      return undefined;
    }
    if (mayRefresh && opened.expiresAt - now < this.lastPart) return undefined;
    if (opened.secretIndex > 0) {
      const maxAge = remember ? Math.ceil((opened.expiresAt - now) / 1000) : undefined;
      const data = { ...opened.data, version: opened.data.version || FIRST_VERSION, updatedAt: now };
      jar.set(await this.sealed(jar, data, maxAge, opened.expiresAt));
    }
    return opened.data;
  }

  /** Expires session data that the browser still holds although the cookie is now disabled. */
  dropLeftovers(jar: CookieJar): void {
    if (this.options.enabled || jar.carried.size === 0) return;
    jar.set(expiredSessionDataParts(this.settings, jar.carried));
  }

  private async isGood({ data, expiresAt }: OpenedSessionData, token: string, now: number): Promise<boolean> {
    return (
      data.session.token === token &&
      expiresAt >= now &&
      data.session.expiresAt.getTime() >= now &&
      (data.version || FIRST_VERSION) === (await this.versionOf(data))
    );
  }

  private versionOf({ session, user }: SessionData): string | Promise<string> {
    const { version } = this.options;
    return typeof version === 'string' ? version : version(session, user);
  }

  private async sealed(
    jar: CookieJar,
    data: SessionData,
    maxAge: number | undefined,
    expiresAt: number,
  ): Promise<string[]> {
    return sessionDataCookies(this.settings, await this.codec.seal(data, expiresAt), maxAge, jar.carried);
  }
}
