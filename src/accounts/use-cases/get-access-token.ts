import { Injectable } from '@nestjs/common';
import { badRequest } from '../../errors/auth-error.js';
import { Providers } from '../../providers/providers.js';
import { SelectedAccount, type AccountSelection } from '../account-selection.js';
import { ValidAccessToken, type AccessTokenAnswer, type Exchange } from '../valid-access-token.js';
import type { AuthContext } from '../../sessions/auth-context.js';

/** An access token of the provider's that is good for a while (protocol.md §1.29). */
@Injectable()
export class GetAccessToken {
  constructor(
    private readonly selected: SelectedAccount,
    private readonly providers: Providers,
    private readonly accessToken: ValidAccessToken,
  ) {}

  /** @throws {AuthError} 400 `ACCOUNT_NOT_FOUND`, `PROVIDER_NOT_SUPPORTED`, `FAILED_TO_GET_ACCESS_TOKEN`. */
  async execute(
    current: AuthContext,
    selection: AccountSelection,
    http: Exchange,
  ): Promise<AccessTokenAnswer> {
    const account = await this.selected.find(current, selection, http.request);
    const provider = await this.providers.get(account.providerId);
    if (!provider) {
      throw badRequest('PROVIDER_NOT_SUPPORTED', `Provider ${account.providerId} is not supported.`);
    }
    return this.accessToken.of(account, provider, http);
  }
}
