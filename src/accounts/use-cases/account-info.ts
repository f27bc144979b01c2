import { Injectable } from '@nestjs/common';
import { badRequest, unauthorized } from '../../errors/auth-error.js';
import { Logger } from '../../logging/logger.js';
import { describeProviderFault } from '../../providers/provider-fault.js';
import { Providers } from '../../providers/providers.js';
import { SelectedAccount } from '../account-selection.js';
import { ValidAccessToken } from '../valid-access-token.js';
import type { User } from '../../users/user.js';
import type { Account } from '../account.js';

export interface CurrentAccountInfo {
  readonly info: AccountInfo;
  /** The account with its new tokens. Undefined if the tokens were not refreshed. */
  readonly refreshed: Account | undefined;
}

export interface AccountInfo {
  readonly user: object;
  readonly data: object;
  readonly account: { readonly id: string; readonly providerId: string; readonly accountId: string };
}

/** Asks the provider for the user's current profile (src/accounts/protocol.md, "Tokens of a provider"). */
@Injectable()
export class GetAccountInfo {
  constructor(
    private readonly selected: SelectedAccount,
    private readonly providers: Providers,
    private readonly accessToken: ValidAccessToken,
    private readonly logger: Logger,
  ) {}

  /**
   * @throws {AuthError} 400 `ACCOUNT_NOT_FOUND`, `PROVIDER_NOT_CONFIGURED`, `FAILED_TO_GET_ACCESS_TOKEN`,
   * `ACCESS_TOKEN_NOT_FOUND`; 401 `FAILED_TO_GET_USER_INFO`.
   */
  async execute(user: User, wanted: string | undefined): Promise<CurrentAccountInfo> {
    const account = await this.selected.find(user.id, wanted);
    const provider = await this.providers.get(account.providerId);
    if (!provider) throw badRequest('PROVIDER_NOT_CONFIGURED');
    const { tokens, refreshed } = await this.accessToken.of(account, provider);
    if (!tokens.accessToken) throw badRequest('ACCESS_TOKEN_NOT_FOUND');
    const info = await provider
      .getUserInfo({ ...tokens, scopes: [...tokens.scopes] })
      .catch((error: unknown) => {
        this.logger.warn(`asking ${provider.id} for a profile failed: ${describeProviderFault(error)}`);
        return null;
      });
    if (!info) throw unauthorized('FAILED_TO_GET_USER_INFO');
    const { id, providerId, providerUserId: accountId } = account;
    return { info: { ...info, account: { id, providerId, accountId } }, refreshed };
  }
}
