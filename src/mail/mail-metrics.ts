import { Injectable } from '@nestjs/common';
import { Counter, Gauge, type Registry } from 'prom-client';
import { MailsStore } from './mails.store.js';

@Injectable()
export class MailMetrics {
  readonly sent = new Counter({
    name: 'gatehouse_mails_sent_total',
    help: 'Mails that the mail server has taken',
    labelNames: ['kind'] as const,
    registers: [],
  });

  readonly failed = new Counter({
    name: 'gatehouse_mail_failures_total',
    help: 'Attempts that failed: unreachable (server), deferred (4yz), refused (5yz); and mails that expired',
    labelNames: ['kind', 'outcome'] as const,
    registers: [],
  });

  private readonly stored = new Gauge({
    name: 'gatehouse_mails',
    help: 'Mails in the database: waiting, or given up and kept for the operator',
    labelNames: ['state'] as const,
    registers: [],
    collect: () => this.count(),
  });

  constructor(private readonly mails: MailsStore) {}

  publish(registry: Registry): void {
    registry.registerMetric(this.sent);
    registry.registerMetric(this.failed);
    registry.registerMetric(this.stored);
  }

  /** Without a database there is no number, and the other metrics are wanted all the more. */
  private async count(): Promise<void> {
    this.stored.reset();
    try {
      const { waiting, givenUp } = await this.mails.count();
      this.stored.set({ state: 'waiting' }, waiting);
      this.stored.set({ state: 'given_up' }, givenUp);
    } catch {
      // left out
    }
  }
}
