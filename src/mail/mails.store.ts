import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { OutboxStore, STATE, type MessageState } from '../outbox/outbox.store.js';

export interface NewMail {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly locale: string;
  readonly content: string;
  /** Seconds for which the server tries to send it. */
  readonly life: number;
}

export interface ClaimedMail {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly locale: string;
  readonly content: string;
  /** The number of attempts, including this one. */
  readonly attempts: number;
}

export interface UnsentMail {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly state: MessageState;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** True if the link in it no longer works. */
  readonly expired: boolean;
  readonly attempts: number;
  readonly lastError: string | null;
}

/** The rows of `gatehouse.mails`. */
@Injectable()
export class MailsStore extends OutboxStore<ClaimedMail> {
  constructor(@Inject(DataSource) dataSource: DataSource) {
    super(dataSource, 'gatehouse.mails', ['kind', 'recipient', 'locale', 'content']);
  }

  async add(mail: NewMail, manager: EntityManager = this.dataSource.manager): Promise<void> {
    await manager.query(
      `insert into gatehouse.mails (id, kind, recipient, locale, content, expires_at)
       values ($1, $2, $3, $4, $5, now() + $6 * interval '1 second')`,
      [mail.id, mail.kind, mail.recipient, mail.locale, mail.content, mail.life],
    );
  }

  /** Keeps the mail until the operator releases it. Nothing is due before `infinity`. */
  async hold(id: string, reason: string): Promise<void> {
    await this.dataSource.query(
      `update gatehouse.mails set next_attempt_at = 'infinity', last_error = $2 where id = $1`,
      [id, reason],
    );
  }

  /**
   * Makes mails due again whose links still work, and gives the other ones up.
   * @param refused true for the mails that were refused for good too, and not only for those that are held.
   */
  async release(refused: boolean): Promise<{ released: number; expired: number }> {
    const [row] = await this.dataSource.query<{ released: number; expired: number }[]>(
      `with kept as materialized (
         select id, expires_at > now() as works from gatehouse.mails
         where next_attempt_at = 'infinity' or ($1 and next_attempt_at is null) for update
       ), released as (
         update gatehouse.mails as mail
         set next_attempt_at = case when works then now() end, attempts = case when works then 0 else attempts end
         from kept where mail.id = kept.id
       )
       select count(*) filter (where works)::integer as released,
              count(*) filter (where not works)::integer as expired from kept`,
      [refused],
    );
    return row ?? { released: 0, expired: 0 };
  }

  /** Lists the mails that were not sent, the oldest first, without their content. */
  async unsent(): Promise<UnsentMail[]> {
    return await this.dataSource.query<UnsentMail[]>(
      `select id, kind, recipient, ${STATE} as state, created_at as "createdAt", expires_at as "expiresAt",
              expires_at <= now() as expired, attempts, last_error as "lastError"
       from gatehouse.mails order by created_at, id`,
    );
  }
}
