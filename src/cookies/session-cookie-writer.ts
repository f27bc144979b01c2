import type { CookieJar } from './cookie-jar.js';
import {
  cookieName,
  dontRememberCookie,
  expiredCookies,
  expiredDontRememberCookie,
  sessionTokenCookie,
  type SessionCookieSettings,
} from './session-cookies.js';
import type { IdentityRecord } from './session-data/session-data.js';
import type { SessionDataCookie } from './session-data-cookie.js';
import { openSignedValue } from './signed-value.js';

/** The only writer of session cookies. */
export class SessionCookieWriter {
  constructor(
    private readonly settings: SessionCookieSettings,
    private readonly secrets: readonly [string, ...string[]],
    private readonly data: SessionDataCookie,
  ) {}

  /**
   * Writes all session cookies: the token, the mark of a session that ends with the browser, and the session data. If
   * the session is to be remembered, removes the mark of an earlier one, because the mark would shorten the new
   * session.
   */
  async write(jar: CookieJar, identity: IdentityRecord, remember: boolean): Promise<void> {
    this.writeToken(jar, identity.session.token, remember);
    if (remember && this.isMarked(jar)) jar.expire([expiredDontRememberCookie(this.settings)]);
    await this.data.write(jar, identity, remember);
  }

  /** Writes the signed token and, without `remember`, the mark of a session that ends with the browser. */
  writeToken(jar: CookieJar, token: string, remember: boolean): void {
    const [secret] = this.secrets;
    const lines = [sessionTokenCookie(this.settings, token, secret, { remember })];
    if (!remember) lines.push(dontRememberCookie(this.settings, secret));
    jar.set(lines);
  }

  /** Expires the cookies of the deletion set (src/cookies/protocol.md, "Deletion set"). */
  expire(jar: CookieJar): void {
    jar.expire(expiredCookies(this.settings, jar.carried));
  }

  private isMarked(jar: CookieJar): boolean {
    const mark = jar.carried.get(cookieName(this.settings, 'dont_remember'));
    return mark !== undefined && openSignedValue(mark, this.secrets) !== undefined;
  }
}
