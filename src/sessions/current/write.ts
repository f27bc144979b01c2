import { Injectable } from '@nestjs/common';
import type { CookieJar } from '../../cookies/cookie-jar.js';
import { SessionCookieWriter } from '../../cookies/session-cookie-writer.js';
import { SessionDataCookie } from '../../cookies/session-data-cookie.js';
import type { Identity } from '../session.js';
import type { IdentifiedSession } from './identify.js';

/** Last step: the cookies that the answer must carry so that the client keeps its session as it is now. */
@Injectable()
export class Write {
  constructor(
    private readonly session: SessionCookieWriter,
    private readonly dataCookie: SessionDataCookie,
  ) {}

  /** Expires session data cookies from a time when they were switched on. */
  dropLeftovers(jar: CookieJar): void {
    this.dataCookie.dropLeftovers(jar);
  }

  /** Expires every cookie of the session. */
  gone(jar: CookieJar): void {
    this.session.expire(jar);
  }

  /** The cookies of a client that had none so far. */
  async started(jar: CookieJar, identity: Identity, { cookies }: IdentifiedSession): Promise<void> {
    if (cookies === 'starts') await this.session.write(jar, identity, true);
  }

  async renewed(jar: CookieJar, identity: Identity, { cookies, remember }: IdentifiedSession): Promise<void> {
    if (cookies === 'keeps') await this.session.write(jar, identity, remember);
  }

  /** The session data cookie, so that it can answer the next request. */
  async described(
    jar: CookieJar,
    identity: Identity,
    { cookies, remember }: IdentifiedSession,
  ): Promise<void> {
    if (cookies === 'keeps') await this.dataCookie.write(jar, identity, remember);
  }

  /** Signs the token anew if a secret that has since been replaced signed it. */
  signedAnew(
    jar: CookieJar,
    { session }: Identity,
    { cookies, remember, isSignedByOldSecret }: IdentifiedSession,
  ): void {
    if (cookies === 'keeps' && isSignedByOldSecret) this.session.writeToken(jar, session.token, remember);
  }
}
