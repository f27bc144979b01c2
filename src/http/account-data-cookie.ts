import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { openingSecrets } from '../config/keyring.js';
import { accountDataCodec, type AccountData, type AccountDataCodec } from '../cookies/account-data.js';
import { readChunked } from '../cookies/chunks.js';
import {
  accountDataCookies,
  cookieAttributes,
  cookieName,
  expiredAccountData,
  type SessionCookieSettings,
} from '../cookies/session-cookies.js';
import { cookieSettings } from '../config/cookie-settings.js';
import { cookiesOf } from './request-cookies.js';
import { expireCookies, isSet, setCookies } from './set-cookies.js';

/** The cookie that says which account somebody signed in with: `account.storeAccountCookie` (protocol.md §2.5). */
@Injectable()
export class AccountDataCookie {
  private readonly settings: SessionCookieSettings;
  private readonly codec: AccountDataCodec;
  private readonly enabled: boolean;
  private readonly name: string;
  private readonly life: number;

  constructor(@Inject(CONFIG) config: Config) {
    this.settings = cookieSettings(config);
    this.codec = accountDataCodec(openingSecrets(config));
    this.enabled = config.account.storeAccountCookie;
    this.name = cookieName(this.settings, 'account_data');
    this.life = cookieAttributes(this.settings, 'account_data').maxAge ?? 300;
  }

  async write(request: FastifyRequest, reply: FastifyReply, data: AccountData): Promise<void> {
    if (!this.enabled) return;
    const value = await this.codec.seal(data, this.life);
    setCookies(reply, accountDataCookies(this.settings, value, cookiesOf(request)));
  }

  /** Undefined where there is none, or not one of this user's. */
  async read(request: FastifyRequest, userId: string): Promise<AccountData | undefined> {
    const data = await this.carried(request);
    return data?.userId === userId ? data : undefined;
  }

  /** With the session's data the account's is good for longer too; another user's goes. */
  async renew(request: FastifyRequest, reply: FastifyReply, userId: string): Promise<void> {
    if (!this.enabled || isSet(reply, this.name)) return;
    const data = await this.carried(request);
    if (data?.userId === userId) await this.write(request, reply, data);
    else if (data) expireCookies(reply, expiredAccountData(this.settings, cookiesOf(request)));
  }

  private async carried(request: FastifyRequest): Promise<AccountData | undefined> {
    const value = this.enabled ? readChunked(this.name, cookiesOf(request)) : undefined;
    return value ? this.codec.open(value) : undefined;
  }
}
