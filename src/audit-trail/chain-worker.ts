import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CompactSign } from 'jose';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { sqlState } from '../database/sql-state.js';
import { SigningKeys } from '../features/jwt/signing-keys.js';
import { Logger } from '../logging/logger.js';
import { WebhookQueue } from '../webhooks/webhook-queue.js';
import { ChainStore, type ChainLink, type NewLink } from './chain.store.js';
import { BEGINNING, chainHash } from './event-text.sql.js';

/** Milliseconds between two looks for events that are not in the chain. */
const EVERY = 2000;
/** Events that one transaction chains. */
const BATCH = 1000;
/** Milliseconds between two signatures. */
const SIGNED_EVERY = 60_000;
/** The type in the header of a signature, so that nobody can use it as another JWT. */
export const HEAD_TYPE = 'gatehouse-audit-head';

/**
 * Adds committed events to the chain, so that sign-ins never wait for each other. One instance does it at a time. The order
 * is that of the arrival: an event that is committed late comes later.
 */
@Injectable()
export class ChainWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private healthy = true;

  constructor(
    private readonly store: ChainStore,
    private readonly keys: SigningKeys,
    private readonly webhooks: WebhookQueue,
    private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.audit.enabled) return;
    this.timer = setInterval(() => {
      this.running ??= this.round().finally(() => (this.running = undefined));
    }, EVERY);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async round(): Promise<void> {
    try {
      for (let added: number | undefined = BATCH; added === BATCH;) {
        added = await this.store.alone((manager) => this.extend(manager));
        if (added) this.webhooks.wake();
      }
      await this.store.alone((manager) => this.sign(manager));
      this.healthy = true;
    } catch (error) {
      // Logs an outage of the database once. 42P01 means that a table is missing; then the start itself reports migrations.
      if (this.healthy && sqlState(error) !== '42P01') this.logger.fault(error);
      this.healthy = false;
    }
  }

  /** @returns the number of events that were added. */
  private async extend(manager: EntityManager): Promise<number> {
    const events = await this.store.unchained(BATCH, manager);
    if (events.length === 0) return 0;
    let last: ChainLink = (await this.store.last(manager)) ?? { position: '0', hash: BEGINNING };
    const links: NewLink[] = [];
    for (const { id, text } of events) {
      const previous = last.hash;
      last = { position: String(BigInt(last.position) + 1n), hash: chainHash(previous, text) };
      links.push({ eventId: id, previous, ...last });
    }
    await this.store.add(links, manager);
    const ids = events.map(({ id }) => id);
    await this.webhooks.add(ids, manager);
    return events.length;
  }

  private async sign(manager: EntityManager): Promise<void> {
    if (!(await this.store.needsSignature(SIGNED_EVERY, manager))) return;
    const head = await this.store.last(manager);
    if (!head) return;
    const { kid, alg, key } = await this.keys.signing();
    const payload = JSON.stringify({ position: head.position, hash: head.hash.toString('hex') });
    const signature = await new CompactSign(Buffer.from(payload))
      .setProtectedHeader({ alg, kid, typ: HEAD_TYPE })
      .sign(key);
    await this.store.addHead(head.position, signature, manager);
  }
}
