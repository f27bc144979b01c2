import { accountDataCodec, type AccountData, type AccountDataCodec } from './account-data.js';
import { readChunked } from './chunks.js';
import type { CookieJar } from './cookie-jar.js';
import {
  accountDataCookies,
  cookieAttributes,
  cookieName,
  expiredAccountData,
  type SessionCookieSettings,
} from './session-cookies.js';

/**
 * The encrypted cookie `account_data`, which says which account the user signed in with
 * (src/cookies/protocol.md, "Account data").
 */
export class AccountCookie {
  private readonly codec: AccountDataCodec;
  private readonly enabled: boolean;
  private readonly name: string;
  /** Seconds until the cookie expires. */
  private readonly life: number;

  constructor(
    private readonly settings: SessionCookieSettings,
    secrets: readonly [string, ...string[]],
  ) {
    this.codec = accountDataCodec(secrets);
    this.enabled = settings.accountInCookie ?? false;
    this.name = cookieName(settings, 'account_data');
    this.life = cookieAttributes(settings, 'account_data').maxAge ?? 300;
  }

  async write(jar: CookieJar, data: AccountData): Promise<void> {
    if (!this.enabled) return;
    jar.set(accountDataCookies(this.settings, await this.codec.seal(data, this.life), jar.carried));
  }

  /** Undefined if the request has no such cookie, or if the cookie describes an account of another user. */
  async read(jar: CookieJar, userId: string): Promise<AccountData | undefined> {
    const data = await this.carried(jar);
    return data?.userId === userId ? data : undefined;
  }

  /**
   * Extends the cookie's life because the session data was written again. Expires the cookie if it is another user's.
   */
  async renew(jar: CookieJar, userId: string): Promise<void> {
    if (!this.enabled || jar.sets(this.name)) return;
    const data = await this.carried(jar);
    if (data?.userId === userId) await this.write(jar, data);
    else if (data) jar.expire(expiredAccountData(this.settings, jar.carried));
  }

  private async carried(jar: CookieJar): Promise<AccountData | undefined> {
    const value = this.enabled ? readChunked(this.name, jar.carried) : undefined;
    return value ? this.codec.open(value) : undefined;
  }
}
