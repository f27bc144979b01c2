import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Bell } from '../concurrency/bell.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import type { WebhookConfig } from '../config/webhook-settings.js';
import { sqlState } from '../database/sql-state.js';
import { Logger } from '../logging/logger.js';
import { retryDelay } from '../outbox/retry-delay.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { webhookHeaders } from './webhook-signature.js';
import { WebhooksStore, type ClaimedWebhook } from './webhooks.store.js';

/** Events that are sent at the same time. */
const AT_ONCE = 4;
/** Milliseconds in which the receiver must answer. */
const PATIENCE = 15_000;
/** Milliseconds for which a claimed event belongs to its sender. Longer than an attempt can take. */
const LEASE = 2 * PATIENCE;
/** Milliseconds between two queries for events to send, if nothing else wakes the sender. */
const POLL = 5000;
const LONGEST_DELAY = 6 * 3_600_000;
/** Seconds for which the table keeps events that were given up. */
const KEPT = 30 * 86_400;
/** The receiver wants no more messages. */
const GONE = 410;

/**
 * Sends the events in the table, each at least once, until the receiver answers with 2xx. Several instances share the
 * work. The order is not kept, because a failed event must not hold back the others.
 */
@Injectable()
export class WebhookSender implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly bell = new Bell();
  private readonly giveUp = new AbortController();
  private work: Promise<void> = Promise.resolve();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly webhooks: WebhooksStore,
    private readonly metrics: WebhookMetrics,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.webhooks) this.work = this.run(this.config.webhooks);
  }

  /** Call this when events have been written and committed. */
  wake(): void {
    this.bell.ring();
  }

  /** Ends the attempts that are running. The next start repeats them. */
  async onApplicationShutdown(): Promise<void> {
    this.giveUp.abort();
    this.bell.ring();
    await this.work;
  }

  private async run(target: WebhookConfig): Promise<void> {
    let healthy = true;
    while (!this.giveUp.signal.aborted) {
      try {
        await this.bell.wait(await this.round(target));
        healthy = true;
      } catch (error) {
        // Logs an outage of the database once. 42P01 means that the table is missing; then the start itself reports it.
        if (healthy && sqlState(error) !== '42P01') this.logger.fault(error);
        healthy = false;
        await this.bell.wait(POLL);
      }
    }
  }

  /** @returns milliseconds to wait for the next round, unless the bell rings. */
  private async round(target: WebhookConfig): Promise<number> {
    for (const { id, kind } of await this.webhooks.giveUpExpired()) this.givenUp(id, kind, 'it expired');
    await this.webhooks.forgetGivenUp(KEPT);
    const claimed = await this.webhooks.claim(AT_ONCE, LEASE);
    await Promise.all(claimed.map((webhook) => this.deliver(webhook, target)));
    return claimed.length === AT_ONCE ? 0 : Math.min(POLL, (await this.webhooks.untilNext()) ?? POLL);
  }

  private async deliver(webhook: ClaimedWebhook, target: WebhookConfig): Promise<void> {
    const { id, event, attempts } = webhook;
    const fault = await this.post(webhook, target);
    if (fault === undefined) {
      this.metrics.attempts.inc({ outcome: 'delivered' });
      return this.webhooks.delete(id);
    }
    // The attempt was ended by us, so it says nothing about the receiver.
    if (this.giveUp.signal.aborted) return this.webhooks.postpone(id, 0, fault.reason);
    this.metrics.attempts.inc({ outcome: 'failed' });
    if (fault.status === GONE) {
      this.givenUp(id, event, fault.reason);
      return this.webhooks.giveUp(id, fault.reason);
    }
    const delay = retryDelay(attempts, LONGEST_DELAY);
    this.logger.warn(
      `webhook ${event} ${id} failed at attempt ${attempts} (${fault.reason}), next attempt in ${delay} ms`,
    );
    return this.webhooks.postpone(id, delay, fault.reason);
  }

  /** @returns undefined if the receiver accepted the event. A redirect is not followed, because it could lead anywhere. */
  private async post(
    { id, payload }: ClaimedWebhook,
    { url, secrets }: WebhookConfig,
  ): Promise<{ readonly reason: string; readonly status?: number } | undefined> {
    const timestamp = Math.floor(Date.now() / 1000);
    try {
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Gatehouse',
          ...webhookHeaders({ id, timestamp, body: payload }, secrets),
        },
        body: payload,
        signal: AbortSignal.any([AbortSignal.timeout(PATIENCE), this.giveUp.signal]),
      });
      await answer.body?.cancel();
      return answer.ok ? undefined : { reason: `status ${answer.status}`, status: answer.status };
    } catch (error) {
      const { cause, name } = error as Error & { cause?: { code?: string } };
      return { reason: cause?.code ?? name };
    }
  }

  private givenUp(id: string, event: string, reason: string): void {
    this.logger.error(
      `webhook ${event} ${id} given up (${reason}). To send it again: npm run webhooks -- retry`,
    );
  }
}
