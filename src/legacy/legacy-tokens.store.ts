import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** What became of a JWT of the legacy application. */
export interface ExchangedToken {
  /** Null while it has not been exchanged. */
  readonly sessionId: string | null;
  /** Null when the session has ended. */
  readonly userId: string | null;
}

@Injectable()
export class LegacyTokensStore {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Undefined when the switch-over has ended, or never began. */
  async find(digest: string): Promise<ExchangedToken | undefined> {
    const [row] = await this.dataSource.query<ExchangedToken[]>(
      `select t.session_id::text as "sessionId", s.user_id::text as "userId"
       from gatehouse_switch_over m
       left join gatehouse_legacy_tokens t on t.digest = $1
       left join sessions s on s.id = t.session_id
       where m.mode <> 'ended'`,
      [digest],
    );
    return row;
  }

  /** Whether this call was the first; another one that is under way is waited for. */
  async claim(digest: string, manager: EntityManager): Promise<boolean> {
    const claimed: unknown[] = await manager.query(
      `insert into gatehouse_legacy_tokens (digest) values ($1) on conflict do nothing returning 1`,
      [digest],
    );
    return claimed.length === 1;
  }

  async exchange(digest: string, sessionId: string, manager: EntityManager): Promise<void> {
    await manager.query('update gatehouse_legacy_tokens set session_id = $2 where digest = $1', [
      digest,
      sessionId,
    ]);
  }
}
