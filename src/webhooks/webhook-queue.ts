import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhooksStore } from './webhooks.store.js';

/** Takes events of the audit trail that are to be sent. */
@Injectable()
export class WebhookQueue {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly webhooks: WebhooksStore,
    private readonly sender: WebhookSender,
  ) {}

  /** Adds the events in the transaction that chains them, so that each is added once. */
  async add(eventIds: readonly string[], manager: EntityManager): Promise<void> {
    const { webhooks } = this.config;
    if (webhooks) await this.webhooks.add(eventIds, webhooks.events, manager);
  }

  /** Call this when that transaction is committed. */
  wake(): void {
    this.sender.wake();
  }
}
