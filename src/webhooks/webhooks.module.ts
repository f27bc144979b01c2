import { Module } from '@nestjs/common';
import { WebhookMetrics } from './webhook-metrics.js';
import { WebhookQueue } from './webhook-queue.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhooksStore } from './webhooks.store.js';

@Module({
  providers: [WebhooksStore, WebhookMetrics, WebhookSender, WebhookQueue],
  exports: [WebhookQueue],
})
export class WebhooksModule {}
