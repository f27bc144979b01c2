import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Logger } from '../logging/logger.js';
import { sqlState } from '../database/sql-state.js';
import { Bell } from '../concurrency/bell.js';
import { withDeadline } from '../concurrency/with-deadline.js';
import { composeMessage, openMail } from './compose-message.js';
import {
  describeDeliveryFault,
  describeOwnFault,
  WITHOUT_SERVER,
  type DeliveryFault,
} from './delivery-fault.js';
import { MailKinds, type Delivery } from './mail-kinds.js';
import { MailMetrics } from './mail-metrics.js';
import { MailTemplates } from './mail-templates.js';
import { MailsStore, type ClaimedMail } from './mails.store.js';
import { retryDelay } from '../outbox/retry-delay.js';
import { CONNECTIONS, Smtp } from './smtp.js';

/**
 * Milliseconds for which a claimed mail belongs to its sender. If the process dies, another instance sends the mail after
 * that.
 */
const LEASE = 20_000;
/** Milliseconds between two renewals of the lease. */
const HEARTBEAT = 5000;
/** Milliseconds between two queries for mails to send, if nothing else wakes the sender. */
const POLL = 5000;
const LONGEST_DELAY = 3_600_000;
/** Milliseconds that a stopping process waits for mails that are being sent. */
const GRACE = 15_000;
/** Milliseconds that a feature has to deliver a mail itself. It is less than `GRACE`, so that a stop does not wait longer. */
const OWN_PATIENCE = 10_000;
/** Seconds for which the table keeps mails that were given up. */
const KEPT = 30 * 86_400;

/**
 * Sends the mails in the table: at once after `wake`, and otherwise every few seconds. Several instances share the work.
 */
@Injectable()
export class MailSender implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly bell = new Bell();
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly giveUp = new AbortController();
  private tidiedAt = -Infinity;
  private stopping = false;
  private work: Promise<void> = Promise.resolve();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly kinds: MailKinds,
    private readonly templates: MailTemplates,
    private readonly mails: MailsStore,
    private readonly metrics: MailMetrics,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const { smtpUrl } = this.config;
    if (smtpUrl === undefined && this.kinds.allBySmtp) return;
    this.work = this.run(smtpUrl === undefined ? undefined : new Smtp(smtpUrl));
  }

  /** Call this when a mail has been written and committed. */
  wake(): void {
    this.bell.ring();
  }

  /**
   * Runs after the last request and before the database connection closes. Starts no more mails, and waits for those
   * being sent.
   */
  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.bell.ring();
    const patience = setTimeout(() => this.giveUp.abort(), GRACE);
    await this.work;
    clearTimeout(patience);
  }

  private async run(smtp: Smtp | undefined): Promise<void> {
    const heartbeat = setInterval(() => this.renew(), HEARTBEAT);
    let healthy = true;
    while (!this.stopping) {
      try {
        await this.bell.wait(await this.round(smtp));
        healthy = true;
      } catch (error) {
        // Logs an outage of the database once. 42P01 means that the table is missing; then the start itself reports
        // migrations.
        if (healthy && sqlState(error) !== '42P01') this.logger.fault(error);
        healthy = false;
        await this.bell.wait(POLL);
      }
    }
    await Promise.all(this.underWay.values());
    clearInterval(heartbeat);
    smtp?.close();
  }

  /**
   * Starts as many mails as there are free connections.
   * @returns milliseconds to wait for the next round, unless the bell rings.
   */
  private async round(smtp: Smtp | undefined): Promise<number> {
    if (performance.now() - this.tidiedAt > POLL) await this.tidy();
    const room = this.room();
    if (room === 0) return this.metrics.outage.pause || POLL;
    const claimed = await this.mails.claim(room, LEASE);
    for (const mail of claimed) {
      const delivery = this.deliver(mail, smtp).finally(() => {
        this.underWay.delete(mail.id);
        this.bell.ring();
      });
      this.underWay.set(mail.id, delivery);
    }
    return claimed.length === room ? 0 : Math.min(POLL, (await this.mails.untilNext()) ?? POLL);
  }

  private room(): number {
    if (!this.metrics.outage.active) return CONNECTIONS - this.underWay.size;
    return this.metrics.outage.pause === 0 && this.underWay.size === 0 ? 1 : 0;
  }

  private async deliver(mail: ClaimedMail, smtp: Smtp | undefined): Promise<void> {
    const own = this.kinds.deliveryOf(mail.kind);
    const fault = await (own ? this.handOver(mail, own) : this.post(mail, smtp));
    if (!own && fault?.verdict !== 'unreachable' && this.metrics.outage.end())
      this.logger.log('the mail server answers again');
    if (fault) await this.failed(mail, fault);
    else await this.sent(mail);
  }

  private async post(mail: ClaimedMail, smtp: Smtp | undefined): Promise<DeliveryFault | undefined> {
    if (!smtp) return WITHOUT_SERVER;
    try {
      await smtp.send(composeMessage(mail, this.config, this.kinds, this.templates), this.giveUp.signal);
      return undefined;
    } catch (error) {
      return describeDeliveryFault(error);
    }
  }

  private async handOver(mail: ClaimedMail, deliver: Delivery): Promise<DeliveryFault | undefined> {
    try {
      const delivery = deliver({ to: mail.recipient, values: openMail(mail, this.config) });
      await withDeadline(OWN_PATIENCE, delivery, () => new Error('It took too long.'));
      return undefined;
    } catch (error) {
      return describeOwnFault(error);
    }
  }

  private async sent({ id, kind }: ClaimedMail): Promise<void> {
    this.metrics.sent.inc({ kind });
    this.logger.log(`mail ${kind} ${id} sent`);
    await this.record(() => this.mails.delete(id));
  }

  private async failed({ id, kind, attempts }: ClaimedMail, fault: DeliveryFault): Promise<void> {
    const { verdict, code, detail } = fault;
    this.metrics.failed.inc({ kind, outcome: verdict });
    const reason = `${code}: ${detail}`;
    if (verdict === 'unreachable') {
      if (this.metrics.outage.begin())
        this.logger.warn(
          `the mail server cannot be used (${code}), so mails wait. Check SMTP_URL and MAIL_FROM`,
        );
      const delay = this.metrics.outage.pause;
      return await this.record(() => this.mails.postpone(id, delay, reason));
    }
    if (verdict === 'refused') {
      this.logger.error(
        `mail ${kind} ${id} given up after attempt ${attempts} (${code}). The reason is in gatehouse.mails.last_error`,
      );
      return await this.record(() => this.mails.giveUp(id, reason));
    }
    if (verdict === 'held') {
      this.logger.error(
        `mail ${kind} ${id} is held, because the mail server refuses it (${code}). Correct SMTP_URL, MAIL_FROM or ` +
          'the contract with your mail service. Then run: npm run mails -- retry',
      );
      return await this.record(() => this.mails.hold(id, reason));
    }
    const delay = retryDelay(attempts, LONGEST_DELAY);
    this.logger.warn(
      `mail ${kind} ${id} not accepted at attempt ${attempts} (${code}), next attempt in ${delay} ms`,
    );
    await this.record(() => this.mails.postpone(id, delay, reason));
  }

  /** Retries until the database answers, because a mail that was sent would otherwise be sent again. */
  private async record(write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (this.stopping) return this.logger.fault(error);
        await sleep(1000);
      }
    }
  }

  private async tidy(): Promise<void> {
    this.tidiedAt = performance.now();
    for (const { id, kind } of await this.mails.giveUpExpired()) {
      this.metrics.failed.inc({ kind, outcome: 'expired' });
      this.logger.error(
        `mail ${kind} ${id} given up: it expired before it could be sent. The last error is in gatehouse.mails.last_error`,
      );
    }
    await this.mails.forgetGivenUp(KEPT);
  }

  private renew(): void {
    const ids = [...this.underWay.keys()];
    // If one heartbeat fails, the next one renews the lease.
    if (ids.length > 0) this.mails.renew(ids, LEASE).catch(() => {});
  }
}
