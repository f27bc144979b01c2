import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** State of a legacy JWT. */
export interface ExchangedToken {
  /** Null if it has not been exchanged yet. */
  readonly sessionId: string | null;
  /** Null if it has not been exchanged yet, or if its session has ended. */
  readonly userId: string | null;
}

@Injectable()
export class LegacyTokensStore {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Undefined if the switch-over has ended or there is none. */
  async find(digest: string): Promise<ExchangedToken | undefined> {
    const [row] = await this.dataSource.query<ExchangedToken[]>(
      `select t.session_id::text as "sessionId", s.user_id::text as "userId"
       from gatehouse.switch_over m
       left join gatehouse.legacy_tokens t on t.digest = $1
       left join {sessions} s on s.id = t.session_id
       where m.mode <> 'ended'`,
      [digest],
    );
    return row;
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
