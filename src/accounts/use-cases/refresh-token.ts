import { Injectable } from '@nestjs/common';
import { AuthError, badRequest } from '../../errors/auth-error.js';
import { Providers } from '../../providers/providers.js';
import type { Account } from '../account.js';
import { SelectedAccount } from '../account-selection.js';
import { refreshes, TokenRefresh } from '../token-refresh.js';
import { TokenSeal } from '../token-seal.js';
import type { User } from '../../users/user.js';

export interface RefreshedAnswer {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accessTokenExpiresAt?: Date | null;
  readonly refreshTokenExpiresAt: Date | null;
  readonly scope: string | null;
  readonly idToken: string | null;
  readonly providerId: string;
  readonly accountId: string;
}

export interface RefreshedTokens {
  readonly answer: RefreshedAnswer;
  /** The account as stored now. */
  readonly account: Account;
}

/**
 * Gets new tokens from the provider, even if the old ones are still valid
 * (src/accounts/protocol.md, "Tokens of a provider").
 */
@Injectable()
export class RefreshToken {
  constructor(
    private readonly selected: SelectedAccount,
    private readonly providers: Providers,
    private readonly seal: TokenSeal,
    private readonly refresh: TokenRefresh,
  ) {}

  /**
   * @throws {AuthError} 400 `ACCOUNT_NOT_FOUND`, `PROVIDER_NOT_SUPPORTED`, `TOKEN_REFRESH_NOT_SUPPORTED`,
   * `REFRESH_TOKEN_NOT_FOUND`, `FAILED_TO_REFRESH_ACCESS_TOKEN`.
   */
  async execute(user: User, accountId: string | undefined): Promise<RefreshedTokens> {
    const account = await this.selected.find(user.id, accountId);
    const { providerId } = account;
    const provider = await this.providers.get(providerId);
    if (!provider) throw badRequest('PROVIDER_NOT_SUPPORTED', `Provider ${providerId} is not supported.`);
    if (!refreshes(provider)) {
      const message = `Provider ${providerId} does not support token refreshing.`;
      throw badRequest('TOKEN_REFRESH_NOT_SUPPORTED', message);
    }
    if (!account.refreshToken) throw badRequest('REFRESH_TOKEN_NOT_FOUND');
    try {
      const { account: now, accessTokenExpiresAt } = await this.refresh.execute(account, provider);
      return { answer: this.answer(now, accessTokenExpiresAt), account: now };
    } catch (error) {
      if (error instanceof AuthError) throw error;
      throw badRequest('FAILED_TO_REFRESH_ACCESS_TOKEN');
    }
  }

  /** `scope` is what the user granted, because the answer to a refresh may name fewer scopes. */
  private answer(account: Account, accessTokenExpiresAt: Date | null | undefined): RefreshedAnswer {
    return {
      accessToken: this.seal.open(account.accessToken ?? ''),
      refreshToken: this.seal.open(account.refreshToken ?? ''),
      accessTokenExpiresAt,
      refreshTokenExpiresAt: account.refreshTokenExpiresAt,
      scope: account.scope,
      idToken: account.idToken,
      providerId: account.providerId,
      accountId: account.id,
    };
  }
}
