import { Inject, Injectable } from '@nestjs/common';
import { AccountsStore } from '../accounts/accounts.store.js';
import { BASE_PATH, type Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Logger } from '../logging/logger.js';
import { describeProviderFault } from '../providers/provider-fault.js';
import { Providers } from '../providers/providers.js';

interface SignOutRequest {
  readonly callbackURL?: string;
  readonly state?: string;
}

/** Sign-out at the last used provider that offers it (OpenID Connect RP-Initiated Logout). */
@Injectable()
export class ProviderSignOut {
  constructor(
    private readonly accounts: AccountsStore,
    private readonly providers: Providers,
    private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Returns undefined if no provider offers it. Never fails, because the session here has already ended. */
  async urlFor(userId: string, { callbackURL, state }: SignOutRequest): Promise<string | undefined> {
    try {
      const accounts = await this.accounts.listOf(userId);
      const postLogoutRedirectURI = callbackURL
        ? new URL(callbackURL, `${this.config.origin}${BASE_PATH}`).toString()
        : undefined;
      for (const account of accounts.toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime())) {
        const provider = await this.providers.get(account.providerId);
        const { idToken } = account;
        const url = await provider?.createEndSessionURL?.({ idToken, postLogoutRedirectURI, state });
        if (url) return url.toString();
      }
    } catch (error) {
      this.logger.warn(`making the URL for a sign-out at a provider failed: ${describeProviderFault(error)}`);
    }
    return undefined;
  }
}
