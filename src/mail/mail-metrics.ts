import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Metrics } from '../metrics/metrics.js';
import { MailsStore } from './mails.store.js';

/** Counts sent, failed and waiting mails. */
@Injectable()
export class MailMetrics {
  readonly sent: Counter<'kind'>;
  readonly failed: Counter<'kind' | 'outcome'>;

  constructor(metrics: Metrics, mails: MailsStore) {
    this.sent = metrics.counter({
      name: 'gatehouse_mails_sent_total',
      help: 'Mails that the mail server accepted',
      labels: ['kind'],
    });
    this.failed = metrics.counter({
      name: 'gatehouse_mail_failures_total',
      help: 'Attempts that failed: unreachable (server), deferred (4yz), refused (5yz); and mails that expired',
      labels: ['kind', 'outcome'],
    });
    metrics.gauges(
      {
        name: 'gatehouse_mails',
        help: 'Mails in the database: waiting to be sent, or given up and kept for the operator',
        labels: ['state'],
      },
      async () => {
        const { waiting, givenUp } = await mails.count();
        return { waiting, given_up: givenUp };
      },
    );
  }
}
