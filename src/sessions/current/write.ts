import { Injectable } from '@nestjs/common';
import type { CookieJar } from '../../cookies/cookie-jar.js';
import { SessionCookieWriter } from '../../cookies/session-cookie-writer.js';
import { SessionDataCookie } from '../../cookies/session-data-cookie.js';
import type { Identity } from '../session.js';
import type { IdentifiedSession } from './identify.js';

/** Last step: sets the cookies that describe the current state of the session. */
@Injectable()
export class Write {
  constructor(
    private readonly session: SessionCookieWriter,
    private readonly dataCookie: SessionDataCookie,
  ) {}

  /** Expires session data cookies if the setting for them has been switched off since. */
  dropLeftovers(jar: CookieJar): void {
    this.dataCookie.dropLeftovers(jar);
  }

  /** Expires every cookie of the session. */
  gone(jar: CookieJar): void {
    this.session.expire(jar);
  }

  /** Sets the first cookies of a client that had none before. */
  async started(jar: CookieJar, identity: Identity, { cookies }: IdentifiedSession): Promise<void> {
    if (cookies === 'starts') await this.session.write(jar, identity, true);
  }

  async renewed(jar: CookieJar, identity: Identity, { cookies, remember }: IdentifiedSession): Promise<void> {
    if (cookies === 'keeps') await this.session.write(jar, identity, remember);
  }

  /** Sets the session data cookie, so that the next request does not need the database. */
  async described(
    jar: CookieJar,
    identity: Identity,
    { cookies, remember }: IdentifiedSession,
  ): Promise<void> {
    if (cookies === 'keeps') await this.dataCookie.write(jar, identity, remember);
  }

  /** Signs the token again if an older secret signed it. */
  signedAnew(
    jar: CookieJar,
    { session }: Identity,
    { cookies, remember, isSignedByOldSecret }: IdentifiedSession,
  ): void {
    if (cookies === 'keeps' && isSignedByOldSecret) this.session.writeToken(jar, session.token, remember);
  }
}
