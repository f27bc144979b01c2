import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthError, badRequest } from '../errors/auth-error.js';
import { AccountDataCookie } from '../http/account-data-cookie.js';
import type { Provider } from '../providers/provider.js';
import type { Account } from './account.js';
import { accountDataOf, scopesOf } from './present-account.js';
import { refreshes, TokenRefresh } from './token-refresh.js';
import { TokenSeal } from './token-seal.js';

/** Milliseconds before its end from which on an access token is not handed out. */
const TOO_SHORT = 5000;

export interface AccessTokenAnswer {
  readonly accessToken: string;
  readonly accessTokenExpiresAt?: Date;
  readonly scopes: readonly string[];
  readonly idToken?: string;
}

/** What is being answered, for the cookie that goes with new tokens. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The access token of an account, refreshed where it is about to expire (protocol.md §1.29). */
@Injectable()
export class ValidAccessToken {
  constructor(
    private readonly seal: TokenSeal,
    private readonly refresh: TokenRefresh,
    private readonly cookie: AccountDataCookie,
  ) {}

  /** @throws {AuthError} 400 `FAILED_TO_GET_ACCESS_TOKEN`, whatever is wrong. */
  async of(account: Account, provider: Provider, http: Exchange): Promise<AccessTokenAnswer> {
    try {
      const { accessToken, accessTokenExpiresAt, idToken, scope } = await this.current(
        account,
        provider,
        http,
      );
      return {
        accessToken: accessToken ? this.seal.open(accessToken) : '',
        ...(accessTokenExpiresAt ? { accessTokenExpiresAt } : {}),
        scopes: scopesOf(scope),
        ...(idToken === null ? {} : { idToken }),
      };
    } catch (error) {
      if (error instanceof AuthError) throw error;
      throw badRequest('FAILED_TO_GET_ACCESS_TOKEN');
    }
  }

  private async current(account: Account, provider: Provider, http: Exchange): Promise<Account> {
    if (!account.refreshToken || !isExpiring(account) || !refreshes(provider)) return account;
    const { account: refreshed } = await this.refresh.execute(account, provider);
    await this.cookie.write(http.request, http.reply, accountDataOf(refreshed));
    return refreshed;
  }
}

const isExpiring = ({ accessTokenExpiresAt }: Account) =>
  accessTokenExpiresAt !== null && accessTokenExpiresAt.getTime() - Date.now() < TOO_SHORT;
