import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Logger } from '../logging/logger.js';
import { AccountsStore } from './accounts.store.js';
import { Passwords } from './passwords.js';

/**
 * Learns what the stored hashes cost, after the start. Without this, the first refusals would not yet take as long as for
 * the costliest hash.
 */
@Injectable()
export class StoredHashes implements OnApplicationBootstrap, OnModuleDestroy {
  private learning: Promise<void> | undefined;
  private stopping = false;

  constructor(
    private readonly accounts: AccountsStore,
    private readonly passwords: Passwords,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.learning = this.learn().catch((error: unknown) => this.logger.fault(error));
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    await this.learning;
  }

  /** One hash at a time, so that sign-ins do not wait. */
  private async learn(): Promise<void> {
    for (const hash of await this.accounts.sampleHashes()) {
      if (this.stopping) return;
      await this.passwords.learn(hash);
    }
  }
}
