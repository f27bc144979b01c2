import type { DataSource } from 'typeorm';

/** `held`: kept until the operator releases it. `given_up`: it was refused for good, or it expired. */
export type MessageState = 'waiting' | 'held' | 'given_up';

/** SQL of the state of a row. Nothing is due before `infinity`. */
export const STATE = `case when next_attempt_at is null then 'given_up' when next_attempt_at = 'infinity' then 'held' else 'waiting' end`;

/**
 * A table of messages that wait to be sent. Senders of all instances share the rows. All times come from the database,
 * because the clocks of instances differ.
 */
export abstract class OutboxStore<Claimed extends { readonly id: string }> {
  /**
   * @param table with its schema.
   * @param columns that a sender needs, besides `id` and `attempts`. The first one is the kind of the message.
   */
  protected constructor(
    protected readonly dataSource: DataSource,
    private readonly table: string,
    private readonly columns: readonly [kind: string, ...more: string[]],
  ) {}

  /**
   * Claims up to `most` messages that are due. No other instance claims them for `lease` milliseconds, or longer after
   * `renew`.
   */
  async claim(most: number, lease: number): Promise<Claimed[]> {
    return await this.returning<Claimed>(
      `with due as materialized (
         select id from ${this.table} where next_attempt_at <= now() and expires_at > now()
         order by next_attempt_at limit $1 for update skip locked
       )
       update ${this.table} as message
       set attempts = attempts + 1, next_attempt_at = now() + $2 * interval '1 millisecond'
       from due where message.id = due.id
       returning message.id, ${this.columns.join(', ')}, attempts`,
      [most, lease],
    );
  }

  async renew(ids: readonly string[], lease: number): Promise<void> {
    await this.dataSource.query(
      `update ${this.table} set next_attempt_at = now() + $2 * interval '1 millisecond' where id = any($1)`,
      [ids, lease],
    );
  }

  async delete(id: string): Promise<void> {
    await this.dataSource.query(`delete from ${this.table} where id = $1`, [id]);
  }

  /** @param delay milliseconds */
  async postpone(id: string, delay: number, reason: string): Promise<void> {
    await this.dataSource.query(
      `update ${this.table} set next_attempt_at = now() + $2 * interval '1 millisecond', last_error = $3
       where id = $1`,
      [id, delay, reason],
    );
  }

  async giveUp(id: string, reason: string): Promise<void> {
    await this.dataSource.query(
      `update ${this.table} set next_attempt_at = null, last_error = $2 where id = $1`,
      [id, reason],
    );
  }

  /** Gives up messages that are due and have expired, at most 100 at a time. */
  async giveUpExpired(): Promise<{ id: string; kind: string }[]> {
    return await this.returning<{ id: string; kind: string }>(
      `with expired as materialized (
         select id from ${this.table} where next_attempt_at <= now() and expires_at <= now()
         limit 100 for update skip locked
       )
       update ${this.table} as message
       set next_attempt_at = null, last_error = concat_ws('; ', 'expired', last_error)
       from expired where message.id = expired.id returning message.id, ${this.columns[0]} as kind`,
      [],
    );
  }

  /**
   * Deletes messages that were given up or held.
   * @param age seconds for which they are kept for the operator.
   */
  async forgetGivenUp(age: number): Promise<void> {
    await this.dataSource.query(
      `delete from ${this.table}
       where (next_attempt_at is null or next_attempt_at = 'infinity') and created_at < now() - $1 * interval '1 second'`,
      [age],
    );
  }

  /** @returns milliseconds until the next message is due, 0 for now, undefined if none waits. */
  async untilNext(): Promise<number | undefined> {
    const [row] = await this.dataSource.query<{ wait: number | null }[]>(
      `select (extract(epoch from min(next_attempt_at) - now()) * 1000)::float8 as wait
       from ${this.table} where expires_at > now() and next_attempt_at < 'infinity'`,
    );
    return row?.wait === null || row === undefined ? undefined : Math.max(0, Math.ceil(row.wait));
  }

  async count(): Promise<Record<MessageState, number>> {
    const rows = await this.dataSource.query<{ state: MessageState; count: number }[]>(
      `select ${STATE} as state, count(*)::integer as count from ${this.table} group by 1`,
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
