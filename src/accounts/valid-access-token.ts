import { Injectable } from '@nestjs/common';
import { AuthError, badRequest } from '../errors/auth-error.js';
import type { Provider } from '../providers/provider.js';
import type { Account } from './account.js';
import { scopesOf } from './present-account.js';
import { refreshes, TokenRefresh } from './token-refresh.js';
import { TokenSeal } from './token-seal.js';

/** Milliseconds. An access token that expires sooner is refreshed before it is handed out. */
const MIN_REMAINING = 5000;

export interface AccessTokenAnswer {
  readonly accessToken: string;
  readonly accessTokenExpiresAt?: Date;
  readonly scopes: readonly string[];
  readonly idToken?: string;
}

export interface ValidTokens {
  readonly tokens: AccessTokenAnswer;
  /** The account with its new tokens. Undefined if the tokens were not refreshed. */
  readonly refreshed: Account | undefined;
}

/**
 * Returns the access token of an account, and refreshes it first if it is about to expire
 * (src/accounts/protocol.md, "Tokens of a provider").
 */
@Injectable()
export class ValidAccessToken {
  constructor(
    private readonly seal: TokenSeal,
    private readonly refresh: TokenRefresh,
  ) {}

  /** @throws {AuthError} 400 `ACCOUNT_NOT_FOUND` if the account was deleted; else 400 `FAILED_TO_GET_ACCESS_TOKEN`. */
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
  accessTokenExpiresAt !== null && accessTokenExpiresAt.getTime() - Date.now() < MIN_REMAINING;
