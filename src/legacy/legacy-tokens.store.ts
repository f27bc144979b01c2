import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** State of a legacy JWT. */
export interface ExchangedToken {
  /** Null if it has not been exchanged yet. */
  readonly sessionId: string | null;
  /** Null if it has not been exchanged yet, or if its session has ended. */
  readonly userId: string | null;
}

export interface IssuedToken {
  readonly digest: string;
  /** Seconds since 1970. */
  readonly issuedAt: number | undefined;
}

/**
 * SQL: true if a JWT was issued before the cutoff, which may be null. JWTs tell whole seconds, so one of the same second
 * counts as later. A JWT that does not tell when it was issued counts as earlier.
 */
const isBefore = (issuedAt: string, cutoff: string) =>
  `coalesce(coalesce(to_timestamp(${issuedAt}::float8), '-infinity') < date_trunc('second', ${cutoff}), false)`;

@Injectable()
export class LegacyTokensStore {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /**
   * Undefined if the switch-over has ended or there is none, or if the user changed the password after the JWT was issued.
   */
  async find({ digest, issuedAt }: IssuedToken): Promise<ExchangedToken | undefined> {
    const [row] = await this.dataSource.query<ExchangedToken[]>(
      `select t.session_id::text as "sessionId", s.user_id::text as "userId"
       from gatehouse.switch_over m
       left join gatehouse.legacy_tokens t on t.digest = $1
       left join {sessions} s on s.id = t.session_id
       left join gatehouse.legacy_token_cutoffs c on c.user_id = s.user_id::text
       where m.mode <> 'ended' and not ${isBefore('$2', 'c.password_changed_at')}`,
      [digest, issuedAt],
    );
    return row;
  }

  /**
   * True if the user changed the password, or ended all sessions or all other ones, after a JWT was issued. Only for a JWT
   * that has not been exchanged, because the session of an exchanged one may be the one that stayed.
   */
  async isOutdated(userId: string, issuedAt: number | undefined, manager: EntityManager): Promise<boolean> {
    const cutoffs: unknown[] = await manager.query(
      `select 1 from gatehouse.legacy_token_cutoffs c
       where c.user_id = $1 and ${isBefore('$2', 'greatest(c.password_changed_at, c.revoked_at)')}`,
      [userId, issuedAt],
    );
    return cutoffs.length > 0;
  }

  /** Refuses all JWTs of the user that were issued before now and have not been exchanged. */
  async revoke(userId: string): Promise<void> {
    await this.dataSource.query(
      `insert into gatehouse.legacy_token_cutoffs (user_id, revoked_at)
       select $1, clock_timestamp() from gatehouse.switch_over where mode <> 'ended'
       on conflict (user_id) do update set revoked_at = excluded.revoked_at`,
      [userId],
    );
  }

  /** Records the JWT. False if another request recorded it first; waits until that request's transaction ends. */
  async claim(digest: string, manager: EntityManager): Promise<boolean> {
    const claimed: unknown[] = await manager.query(
      `insert into gatehouse.legacy_tokens (digest) values ($1) on conflict do nothing returning 1`,
      [digest],
    );
    return claimed.length === 1;
  }

  async exchange(digest: string, sessionId: string, manager: EntityManager): Promise<void> {
    await manager.query('update gatehouse.legacy_tokens set session_id = $2 where digest = $1', [
      digest,
      sessionId,
    ]);
  }
}
