import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Metrics } from '../metrics/metrics.js';
import { MailsStore } from './mails.store.js';
import { Outage } from './outage.js';

/** Counts sent, failed and waiting mails. */
@Injectable()
export class MailMetrics {
  readonly sent: Counter<'kind'>;
  readonly failed: Counter<'kind' | 'outcome'>;
  readonly outage = new Outage();

  constructor(metrics: Metrics, mails: MailsStore) {
    this.sent = metrics.counter({
      name: 'gatehouse_mails_sent_total',
      help: 'Mails that the mail server accepted',
      labels: ['kind'],
    });
    this.failed = metrics.counter({
      name: 'gatehouse_mail_failures_total',
      help: 'Attempts that failed: unreachable (server), deferred (4yz), refused (5yz), held (because of your own settings); and mails that expired',
      labels: ['kind', 'outcome'],
    });
    metrics.gauges(
      {
        name: 'gatehouse_mails',
        help: 'Mails in the database: waiting to be sent, held until the operator corrects the settings, or given up',
        labels: ['state'],
      },
      () => mails.count(),
    );
    metrics.gauge(
      'gatehouse_mail_outage',
      '1 while the mail server cannot be used at all, otherwise 0',
      () => (this.outage.active ? 1 : 0),
    );
  }
}
