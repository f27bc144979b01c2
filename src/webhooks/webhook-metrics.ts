import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Metrics } from '../metrics/metrics.js';
import { WebhooksStore } from './webhooks.store.js';

/** Counts attempts to deliver events, and events that wait. */
@Injectable()
export class WebhookMetrics {
  readonly attempts: Counter<'outcome'>;

  constructor(metrics: Metrics, webhooks: WebhooksStore) {
    this.attempts = metrics.counter({
      name: 'gatehouse_webhook_attempts_total',
      help: 'Attempts to deliver an event to WEBHOOK_URL: delivered, failed',
      labels: ['outcome'],
    });
    metrics.gauges(
      {
        name: 'gatehouse_webhooks',
        help: 'Events in the database: waiting to be delivered, or given up',
        labels: ['state'],
      },
      () => webhooks.count(),
    );
  }
}
