import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { randomToken } from '../crypto/random.js';
import { badRequest } from '../errors/auth-error.js';
import { Logger } from '../logging/logger.js';
import { describeProviderFault } from '../providers/provider-fault.js';
import type { Provider } from '../providers/provider.js';
import { ProviderTimeout, within } from '../providers/time-limit.js';
import type { Account } from './account.js';
import { AccountsStore } from './accounts.store.js';
import { ProviderAccountsStore, type ProviderTokens } from './provider-accounts.store.js';
import { TokenRefreshesStore } from './token-refreshes.store.js';
import { TokenSeal } from './token-seal.js';

/** Seconds by which the provider's answer may be late and still count. */
const GRACE = 30;

/** Milliseconds between two looks at whether another instance is done. */
const POLL = 50;

export interface Refreshed {
  /** As it is stored now. */
  readonly account: Account;
  /** When the access token expires, if whoever refreshed was told. */
  readonly accessTokenExpiresAt: Date | null | undefined;
}

export type RefreshingProvider = Provider & Required<Pick<Provider, 'refreshAccessToken'>>;

export const refreshes = (provider: Provider): provider is RefreshingProvider =>
  provider.refreshAccessToken !== undefined;

/**
 * Asks a provider for new tokens, once for all who want them at that time: a provider that rotates refresh tokens takes
 * the second use of one for theft and takes back everything (RFC 9700 §4.14.2). Within the process they share one
 * promise; among instances a row says who asks. No connection is held while the provider thinks.
 */
@Injectable()
export class TokenRefresh {
  private readonly running = new Map<string, Promise<Refreshed>>();

  constructor(
    private readonly accounts: AccountsStore,
    private readonly providerAccounts: ProviderAccountsStore,
    private readonly seal: TokenSeal,
    private readonly ongoing: TokenRefreshesStore,
    private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * @param seen the account as the caller knows it: when others have refreshed since, theirs is the answer.
   * @throws when the provider refuses, cannot be understood or takes too long.
   */
  async execute(seen: Account, provider: RefreshingProvider): Promise<Refreshed> {
    const refreshed = this.running.get(seen.id) ?? this.start(seen, provider);
    try {
      return await within(this.config.providerTimeout, refreshed);
    } catch (error) {
      if (error instanceof ProviderTimeout) this.warn(provider, error);
      throw error;
    }
  }

  /** Goes on when nobody waits any more: what the provider gave replaces what it will no longer take. */
  private start(seen: Account, provider: RefreshingProvider): Promise<Refreshed> {
    const limit = this.config.providerTimeout + GRACE;
    const refreshed = within(limit, this.refresh(seen, provider)).finally(() => this.running.delete(seen.id));
    this.running.set(seen.id, refreshed);
    refreshed.catch((error: unknown) => this.warn(provider, error));
    return refreshed;
  }

  private warn(provider: Provider, error: unknown): void {
    this.logger.warn(`refreshing a token at ${provider.id} failed: ${describeProviderFault(error)}`);
  }

  private async refresh(seen: Account, provider: RefreshingProvider): Promise<Refreshed> {
    const holder = randomToken(32);
    const lease = this.config.providerTimeout + GRACE;
    while (!(await this.ongoing.take(seen.id, holder, lease))) await sleep(POLL);
    try {
      const account = await this.accounts.find(seen.id, seen.userId);
      if (!account) throw badRequest('ACCOUNT_NOT_FOUND');
      if (this.differs(account, seen)) {
        return { account, accessTokenExpiresAt: account.accessTokenExpiresAt };
      }
      const {
        scopes: _,
        raw: __,
        ...tokens
      } = await provider.refreshAccessToken(this.seal.open(account.refreshToken ?? ''));
      return await this.store(account, tokens);
    } finally {
      await this.ongoing.release(seen.id, holder);
    }
  }

  private async store(account: Account, tokens: ProviderTokens): Promise<Refreshed> {
    if (!(await this.providerAccounts.update(account.id, tokens))) throw badRequest('ACCOUNT_NOT_FOUND');
    const stored = await this.accounts.find(account.id, account.userId);
    if (!stored) throw badRequest('ACCOUNT_NOT_FOUND');
    return { account: stored, accessTokenExpiresAt: tokens.accessTokenExpiresAt };
  }

  /** Whether there are other tokens now, and not the same ones sealed. */
  private differs(now: Account, before: Account): boolean {
    const contents = ({ accessToken, refreshToken, accessTokenExpiresAt }: Account) => [
      accessToken && this.seal.open(accessToken),
      refreshToken && this.seal.open(refreshToken),
      accessTokenExpiresAt?.getTime(),
    ];
    const earlier = contents(before);
    return contents(now).some((content, index) => content !== earlier[index]);
  }
}
