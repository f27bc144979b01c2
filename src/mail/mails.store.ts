import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

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

/** `held`: kept until the operator releases it. `given_up`: it was refused for good, or its link expired. */
export type MailState = 'waiting' | 'held' | 'given_up';

export interface UnsentMail {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly state: MailState;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** True if the link in it no longer works. */
  readonly expired: boolean;
  readonly attempts: number;
  readonly lastError: string | null;
}

const STATE = `case when next_attempt_at is null then 'given_up' when next_attempt_at = 'infinity' then 'held' else 'waiting' end`;

type MailName = Pick<ClaimedMail, 'id' | 'kind'>;

/** The rows of `gatehouse.mails`. All times come from the database, because the clocks of instances differ. */
@Injectable()
export class MailsStore {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async add(mail: NewMail, manager: EntityManager = this.dataSource.manager): Promise<void> {
    await manager.query(
      `insert into gatehouse.mails (id, kind, recipient, locale, content, expires_at)
       values ($1, $2, $3, $4, $5, now() + $6 * interval '1 second')`,
      [mail.id, mail.kind, mail.recipient, mail.locale, mail.content, mail.life],
    );
  }

  /**
   * Claims up to `most` mails that are due. No other instance claims them for `lease` milliseconds, or longer after
   * `renew`.
   */
  async claim(most: number, lease: number): Promise<ClaimedMail[]> {
    return await this.returning<ClaimedMail>(
      `with due as materialized (
         select id from gatehouse.mails where next_attempt_at <= now() and expires_at > now()
         order by next_attempt_at limit $1 for update skip locked
       )
       update gatehouse.mails as mail
       set attempts = attempts + 1, next_attempt_at = now() + $2 * interval '1 millisecond'
       from due where mail.id = due.id
       returning mail.id, kind, recipient, locale, content, attempts`,
      [most, lease],
    );
  }

  async renew(ids: readonly string[], lease: number): Promise<void> {
    await this.dataSource.query(
      `update gatehouse.mails set next_attempt_at = now() + $2 * interval '1 millisecond' where id = any($1)`,
      [ids, lease],
    );
  }

  async delete(id: string): Promise<void> {
    await this.dataSource.query('delete from gatehouse.mails where id = $1', [id]);
  }

  /** @param delay milliseconds */
  async postpone(id: string, delay: number, reason: string): Promise<void> {
    await this.dataSource.query(
      `update gatehouse.mails set next_attempt_at = now() + $2 * interval '1 millisecond', last_error = $3
       where id = $1`,
      [id, delay, reason],
    );
  }

  async giveUp(id: string, reason: string): Promise<void> {
    await this.dataSource.query(
      'update gatehouse.mails set next_attempt_at = null, last_error = $2 where id = $1',
      [id, reason],
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

  /** Gives up mails that are due and have expired, at most 100 at a time. */
  async giveUpExpired(): Promise<MailName[]> {
    return await this.returning<MailName>(
      `with expired as materialized (
         select id from gatehouse.mails where next_attempt_at <= now() and expires_at <= now()
         limit 100 for update skip locked
       )
       update gatehouse.mails as mail
       set next_attempt_at = null, last_error = concat_ws('; ', 'expired', last_error)
       from expired where mail.id = expired.id returning mail.id, kind`,
      [],
    );
  }

  /**
   * Deletes mails that were given up or held.
   * @param age seconds for which they are kept for the operator.
   */
  async forgetGivenUp(age: number): Promise<void> {
    await this.dataSource.query(
      `delete from gatehouse.mails
       where (next_attempt_at is null or next_attempt_at = 'infinity') and created_at < now() - $1 * interval '1 second'`,
      [age],
    );
  }

  /** @returns milliseconds until the next mail is due, 0 for now, undefined if no mail waits. */
  async untilNext(): Promise<number | undefined> {
    const [row] = await this.dataSource.query<{ wait: number | null }[]>(
      `select (extract(epoch from min(next_attempt_at) - now()) * 1000)::float8 as wait
       from gatehouse.mails where expires_at > now() and next_attempt_at < 'infinity'`,
    );
    return row?.wait === null || row === undefined ? undefined : Math.max(0, Math.ceil(row.wait));
  }

  async count(): Promise<Record<MailState, number>> {
    const rows = await this.dataSource.query<{ state: MailState; count: number }[]>(
      `select ${STATE} as state, count(*)::integer as count from gatehouse.mails group by 1`,
    );
    const counts = Object.fromEntries(rows.map(({ state, count }) => [state, count]));
    return { waiting: 0, held: 0, given_up: 0, ...counts };
  }

  /** For an update, TypeORM returns an array of the rows and their number. */
  private async returning<Row>(statement: string, values: unknown[]): Promise<Row[]> {
    const [rows] = await this.dataSource.query<[Row[], number]>(statement, values);
    return rows;
  }
}
