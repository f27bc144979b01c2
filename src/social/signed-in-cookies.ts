import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accountDataOf } from '../accounts/present-account.js';
import { ProviderAccountsStore } from '../accounts/provider-accounts.store.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { AccountDataCookie } from '../http/account-data-cookie.js';
import { SessionCookieWriter } from '../http/session-cookie-writer.js';
import type { ProviderIdentity } from './provider-identity.js';
import type { SignedInByProvider } from './provider-sign-in.js';

/** What a browser gets that has come in by a provider: the account, where cookies hold it, and the session. */
@Injectable()
export class SignedInCookies {
  constructor(
    private readonly accounts: ProviderAccountsStore,
    private readonly account: AccountDataCookie,
    private readonly session: SessionCookieWriter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async write(
    { key }: ProviderIdentity,
    signedIn: SignedInByProvider,
    { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  ): Promise<void> {
    const account = this.config.account.storeAccountCookie ? await this.accounts.findByKey(key) : undefined;
    if (account) await this.account.write(request, reply, accountDataOf(account));
    await this.session.signIn(request, reply, signedIn, true);
  }
}
