import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { openingSecrets } from '../config/keyring.js';
import { readChunked } from '../cookies/chunks.js';
import {
  cookieAttributes,
  cookieName,
  expiredSessionDataCookie,
  expiredSessionDataParts,
  sessionDataCookies,
  type SessionCookieSettings,
} from '../cookies/session-cookies.js';
import { sessionDataCodec, type SessionDataCodec } from '../cookies/session-data/codec.js';
import type { OpenedSessionData } from '../cookies/session-data/session-data.js';
import { AccountDataCookie } from './account-data-cookie.js';
import { cookieSettings } from '../config/cookie-settings.js';
import { dataOf, identityOf } from '../sessions/session-data.js';
import { cookiesOf } from './request-cookies.js';
import { expireCookies, setCookies } from './set-cookies.js';
import type { Identity } from '../sessions/session.js';

/**
 * The cookie that keeps the database from being asked (protocol.md §2.4). A session that was revoked is good for as long
 * as this cookie is, so nothing sensitive may rely on it.
 */
@Injectable()
export class SessionDataCookie {
  private readonly settings: SessionCookieSettings;
  private readonly codec: SessionDataCodec;
  private readonly enabled: boolean;
  private readonly version: string;
  private readonly name: string;
  private readonly maxAge: number | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly account: AccountDataCookie,
  ) {
    const { enabled, strategy, version } = config.session.cookieCache;
    this.settings = cookieSettings(config);
    this.codec = sessionDataCodec(strategy, openingSecrets(config));
    this.enabled = enabled;
    this.version = version;
    this.name = cookieName(this.settings, 'session_data');
    this.maxAge = cookieAttributes(this.settings, 'session_data').maxAge;
  }

  /** Writes what is so now; `remember` false: the cookie ends with the browser, and what it says after a minute or a few. */
  async write(
    request: FastifyRequest,
    reply: FastifyReply,
    identity: Identity,
    remember: boolean,
  ): Promise<void> {
    if (!this.enabled) return;
    const maxAge = remember ? this.maxAge : undefined;
    const expiresAt = Date.now() + (maxAge || this.codec.lifeUnremembered) * 1000;
    setCookies(reply, await this.sealed(request, identity, maxAge, expiresAt));
    await this.account.renew(request, reply, identity.user.id);
  }

  /**
   * Who the request's cookie says is there. One that is not ours, was tampered with, has expired or is of another session
   * or version is passed over and expired. One that an older secret sealed is sealed anew, no longer good than it was.
   */
  async read(
    request: FastifyRequest,
    reply: FastifyReply,
    token: string,
    remember: boolean,
  ): Promise<Identity | undefined> {
    const value = this.enabled ? readChunked(this.name, cookiesOf(request)) : undefined;
    if (!value) return undefined;
    const opened = await this.codec.open(value);
    const now = Date.now();
    if (!opened || !this.holds(opened, token, now)) {
      expireCookies(reply, [expiredSessionDataCookie(this.settings)]);
      return undefined;
    }
    const identity = identityOf(opened.data, this.config);
    if (opened.secretIndex > 0) {
      const maxAge = remember ? Math.ceil((opened.expiresAt - now) / 1000) : undefined;
      setCookies(reply, await this.sealed(request, identity, maxAge, opened.expiresAt));
    }
    return identity;
  }

  /** While the cache is off, what is left from a time when it was on goes. */
  dropLeftovers(request: FastifyRequest, reply: FastifyReply): void {
    if (this.enabled || request.headers.cookie === undefined) return;
    setCookies(reply, expiredSessionDataParts(this.settings, cookiesOf(request)));
  }

  private holds({ data, expiresAt }: OpenedSessionData, token: string, now: number): boolean {
    return (
      data.session.token === token &&
      (data.version || '1') === this.version &&
      expiresAt >= now &&
      data.session.expiresAt.getTime() >= now
    );
  }

  private async sealed(
    request: FastifyRequest,
    identity: Identity,
    maxAge: number | undefined,
    expiresAt: number,
  ): Promise<string[]> {
    const value = await this.codec.seal(dataOf(identity, this.version, Date.now()), expiresAt);
    return sessionDataCookies(this.settings, value, maxAge, cookiesOf(request));
  }
}
