import { Injectable } from '@nestjs/common';
import { badRequest } from '../../errors/auth-error.js';
import { Providers } from '../../providers/providers.js';
import { SelectedAccount } from '../account-selection.js';
import { ValidAccessToken, type ValidTokens } from '../valid-access-token.js';
import type { User } from '../../users/user.js';

/**
 * Returns a provider's access token, and refreshes it first if it is about to expire
 * (src/accounts/protocol.md, "Tokens of a provider").
 */
@Injectable()
export class GetAccessToken {
  constructor(
    private readonly selected: SelectedAccount,
    private readonly providers: Providers,
    private readonly accessToken: ValidAccessToken,
  ) {}

  /** @throws {AuthError} 400 `ACCOUNT_NOT_FOUND`, `PROVIDER_NOT_SUPPORTED`, `FAILED_TO_GET_ACCESS_TOKEN`. */
  async execute(user: User, accountId: string | undefined): Promise<ValidTokens> {
    const account = await this.selected.find(user.id, accountId);
    const provider = await this.providers.get(account.providerId);
    if (!provider) {
      throw badRequest('PROVIDER_NOT_SUPPORTED', `Provider ${account.providerId} is not supported.`);
    }
    return this.accessToken.of(account, provider);
  }
}
