import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { openingSecrets } from '../config/keyring.js';
import {
  cookieName,
  dontRememberCookie,
  expiredDontRememberCookie,
  expiredCookies,
  sessionTokenCookie,
  type SessionCookieSettings,
} from '../cookies/session-cookies.js';
import { openSignedValue, signValue } from '../cookies/signed-value.js';
import { cookieSettings } from '../config/cookie-settings.js';
import { cookiesOf } from './request-cookies.js';
import { SessionDataCookie } from './session-data-cookie.js';
import { concealHeader, expireCookies, exposeHeader, setCookies } from './set-cookies.js';
import type { Identity } from '../sessions/session.js';

/** The only writer of session cookies. */
@Injectable()
export class SessionCookieWriter {
  private readonly settings: SessionCookieSettings;
  private readonly secrets: readonly [string, ...string[]];

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly data: SessionDataCookie,
  ) {
    this.settings = cookieSettings(config);
    this.secrets = openingSecrets(config);
  }

  /**
   * Signs the client in, or renews what it has: the token, the mark of a session not remembered or the end of an earlier
   * one's mark, which would shorten this session, and the cache.
   */
  async signIn(
    request: FastifyRequest,
    reply: FastifyReply,
    identity: Identity,
    remember: boolean,
  ): Promise<void> {
    this.writeToken(reply, identity.session.token, remember);
    if (remember && this.isMarked(request)) {
      expireCookies(reply, [expiredDontRememberCookie(this.settings)]);
    }
    await this.data.write(request, reply, identity, remember);
  }

  /** The token and what belongs to it, for browsers by cookie and for the others by `set-auth-token` (protocol.md §11.1). */
  writeToken(reply: FastifyReply, token: string, remember: boolean): void {
    const [secret] = this.secrets;
    const lines = [sessionTokenCookie(this.settings, token, secret, { remember })];
    if (!remember) lines.push(dontRememberCookie(this.settings, secret));
    setCookies(reply, lines);
    void reply.header('set-auth-token', signValue(token, secret));
    exposeHeader(reply, 'set-auth-token');
  }

  /** The deletion set (protocol.md §2.6). */
  expire(request: FastifyRequest, reply: FastifyReply): void {
    expireCookies(reply, expiredCookies(this.settings, cookiesOf(request)));
    reply.removeHeader('set-auth-token');
    concealHeader(reply, 'set-auth-token');
  }

  private isMarked(request: FastifyRequest): boolean {
    const mark = cookiesOf(request).get(cookieName(this.settings, 'dont_remember'));
    return mark !== undefined && openSignedValue(mark, this.secrets) !== undefined;
  }
}
