import { Injectable } from '@nestjs/common';
import { badRequest, unauthorized } from '../../errors/auth-error.js';
import { Logger } from '../../logging/logger.js';
import { describeProviderFault } from '../../providers/provider-fault.js';
import { Providers } from '../../providers/providers.js';
import { SelectedAccount, type AccountSelection } from '../account-selection.js';
import { ValidAccessToken, type Exchange } from '../valid-access-token.js';
import type { AuthContext } from '../../sessions/auth-context.js';

export interface AccountInfo {
  readonly user: object;
  readonly data: object;
  readonly account: { readonly id: string; readonly providerId: string; readonly accountId: string };
}

/** What the provider says of the user now (protocol.md §1.29). */
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
  async execute(current: AuthContext, selection: AccountSelection, http: Exchange): Promise<AccountInfo> {
    const account = await this.selected.find(current, selection, http.request);
    const provider = await this.providers.get(account.providerId);
    if (!provider) throw badRequest('PROVIDER_NOT_CONFIGURED');
    const tokens = await this.accessToken.of(account, provider, http);
    if (!tokens.accessToken) throw badRequest('ACCESS_TOKEN_NOT_FOUND');
    const info = await provider
      .getUserInfo({ ...tokens, scopes: [...tokens.scopes] })
      .catch((error: unknown) => {
        this.logger.warn(`asking ${provider.id} who somebody is failed: ${describeProviderFault(error)}`);
        return null;
      });
    if (!info) throw unauthorized('FAILED_TO_GET_USER_INFO');
    const { id, providerId, providerUserId: accountId } = account;
    return { ...info, account: { id, providerId, accountId } };
  }
}
