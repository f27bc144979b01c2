import { Injectable } from '@nestjs/common';
import { AuthError, badRequest } from '../errors/auth-error.js';
import type { Provider } from '../providers/provider.js';
import type { Account } from './account.js';
import { scopesOf } from './present-account.js';
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

export interface ValidTokens {
  readonly tokens: AccessTokenAnswer;
  /** The account with its new tokens, if they were refreshed. */
  readonly refreshed: Account | undefined;
}

/** The access token of an account, refreshed where it is about to expire (protocol.md §1.29). */
@Injectable()
export class ValidAccessToken {
  constructor(
    private readonly seal: TokenSeal,
    private readonly refresh: TokenRefresh,
  ) {}

  /** @throws {AuthError} 400 `FAILED_TO_GET_ACCESS_TOKEN`, whatever is wrong. */
  async of(account: Account, provider: Provider): Promise<ValidTokens> {
    try {
      const refreshed = await this.refreshIfDue(account, provider);
      return { tokens: this.tokensOf(refreshed ?? account), refreshed };
    } catch (error) {
      if (error instanceof AuthError) throw error;
      throw badRequest('FAILED_TO_GET_ACCESS_TOKEN');
    }
  }

  private tokensOf({ accessToken, accessTokenExpiresAt, idToken, scope }: Account): AccessTokenAnswer {
    return {
      accessToken: accessToken ? this.seal.open(accessToken) : '',
      ...(accessTokenExpiresAt ? { accessTokenExpiresAt } : {}),
      scopes: scopesOf(scope),
      ...(idToken === null ? {} : { idToken }),
    };
  }

  private async refreshIfDue(account: Account, provider: Provider): Promise<Account | undefined> {
    if (!account.refreshToken || !isExpiring(account) || !refreshes(provider)) return undefined;
    return (await this.refresh.execute(account, provider)).account;
  }
}

const isExpiring = ({ accessTokenExpiresAt }: Account) =>
  accessTokenExpiresAt !== null && accessTokenExpiresAt.getTime() - Date.now() < TOO_SHORT;
