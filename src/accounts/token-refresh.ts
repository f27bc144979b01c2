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

/** Seconds. A provider's answer that is late by less than this is still stored. */
const GRACE = 30;

/** Milliseconds between two checks whether another instance has finished. */
const POLL = 50;

export interface Refreshed {
  /** The account as stored now. */
  readonly account: Account;
  /** When the access token expires. Null or undefined if the provider did not say. */
  readonly accessTokenExpiresAt: Date | null | undefined;
}

export type RefreshingProvider = Provider & Required<Pick<Provider, 'refreshAccessToken'>>;

export const refreshes = (provider: Provider): provider is RefreshingProvider =>
  provider.refreshAccessToken !== undefined;

/**
 * Asks a provider for new tokens, once for all requests that want them at the same time. A provider that rotates refresh
 * tokens treats the second use of one as theft and revokes all its tokens (RFC 9700 §4.14.2). Requests in one process
 * share a promise. Between instances, a row in `gatehouse.token_refreshes` says which one asks. No database connection is
 * held while the provider works.
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
   * @param seen the account as the caller read it. If another request has refreshed the tokens since then, those tokens
   * are returned.
   * @throws if the provider refuses, sends an unusable answer or takes longer than `providerTimeout`.
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

  /** Continues when no request waits any more, because the provider may no longer accept the old refresh token. */
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
    if (!(await this.providerAccounts.update(account, tokens))) throw badRequest('ACCOUNT_NOT_FOUND');
    const stored = await this.accounts.find(account.id, account.userId);
    if (!stored) throw badRequest('ACCOUNT_NOT_FOUND');
    return { account: stored, accessTokenExpiresAt: tokens.accessTokenExpiresAt };
  }

  /** Compares the plaintext, because the same tokens may have been encrypted in the meantime. */
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
