import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DataSource } from 'typeorm';

/** Wrong passwords are forgotten this many seconds after the last attempt. */
export const FORGET_AFTER = 86_400;
/** A network stays trusted for this many seconds after the last sign-in from it. */
export const TRUST_FOR = 90 * 86_400;

/** When attempts are refused, and for how long. Times are in seconds. */
export interface LockRule {
  /** Wrong passwords after which attempts are refused. */
  readonly after: number;
  /** The first refusal lasts this long. Each further wrong password doubles it. */
  readonly first: number;
  readonly longest: number;
}

export interface Admission {
  /** Seconds until the next attempt is allowed. 0 if this one is. */
  readonly wait: number;
  readonly trusted: boolean;
}

/**
 * Rows of `gatehouse.password_guesses`. All times come from the database's clock, because instances' clocks may differ.
 */
@Injectable()
export class GuessesStore {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /**
   * Counts an attempt as a wrong password, in one step with the check, so that parallel attempts cannot all pass. `clear`
   * or `takeBack` correct the count afterwards.
   */
  async admit(id: string, { after, first, longest }: LockRule): Promise<Admission> {
    const [counted] = await this.dataSource.query<{ trusted: boolean }[]>(
      `insert into gatehouse.password_guesses as g (id, failures, last_attempt, locked_until)
       values ($1, 1, now(), case when 1 >= $2::integer then now() + $3::integer * interval '1 second' end)
       on conflict (id) do update set
         failures = case when g.last_attempt < now() - $5::integer * interval '1 second' then 1 else g.failures + 1 end,
         last_attempt = now(),
         locked_until = case
           when g.last_attempt >= now() - $5::integer * interval '1 second' and g.failures + 1 >= $2::integer
           then now() + least($4::integer, $3::integer * 2 ^ least(g.failures + 1 - $2::integer, 20)) * interval '1 second' end
       where g.locked_until is null or g.locked_until <= now()
       returning trusted`,
      [id, after, first, longest, FORGET_AFTER],
    );
    if (counted) return { wait: 0, trusted: counted.trusted };
    const [locked] = await this.dataSource.query<{ wait: number; trusted: boolean }[]>(
      `select greatest(1, ceil(extract(epoch from locked_until - now())))::integer as wait, trusted
         from gatehouse.password_guesses where id = $1`,
      [id],
    );
    return locked ?? { wait: 1, trusted: false };
  }

  /** Forgets the wrong passwords, and trusts the network from now on. */
  async trust(id: string): Promise<void> {
    await this.dataSource.query(
      `insert into gatehouse.password_guesses (id, last_attempt, trusted) values ($1, now(), true)
       on conflict (id) do update set failures = 0, locked_until = null, last_attempt = now(), trusted = true`,
      [id],
    );
  }

  /** Uncounts one attempt that was no wrong password, with the lock that it caused. */
  async takeBack(id: string): Promise<void> {
    await this.dataSource.query(
      `update gatehouse.password_guesses set failures = greatest(failures - 1, 0), locked_until = null where id = $1`,
      [id],
    );
  }

  /** Returns when the last lock of these ids ends; undefined if none is locked. */
  async lockedUntil(ids: readonly string[], manager: EntityManager): Promise<Date | undefined> {
    const [row] = await manager.query<{ until: Date | null }[]>(
      'select max(locked_until) as until from gatehouse.password_guesses where id = any ($1) and locked_until > now()',
      [ids],
    );
    return row?.until ?? undefined;
  }

  /**
   * Claims the mail to the owner.
   * @param id of the row that remembers the last mail.
   * @param among ids of which one must be locked.
   * @returns false if nothing is locked, or if the owner got a mail within the last day.
   */
  async claimMail(id: string, among: readonly string[], manager: EntityManager): Promise<boolean> {
    const claimed = await manager.query<unknown[]>(
      `insert into gatehouse.password_guesses as g (id, last_attempt, mailed_at)
       select $1, now(), now()
        where exists (select from gatehouse.password_guesses where id = any ($2) and locked_until > now())
       on conflict (id) do update set mailed_at = now()
        where g.mailed_at is null or g.mailed_at < now() - interval '1 day'
       returning 1`,
      [id, among],
    );
    return claimed.length > 0;
  }
}
