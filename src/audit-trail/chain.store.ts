import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { EVENT_TEXT } from './event-text.sql.js';

export interface UnchainedEvent {
  readonly id: string;
  readonly text: string;
}

export interface ChainLink {
  readonly position: string;
  readonly hash: Buffer;
}

export interface NewLink {
  readonly eventId: string;
  readonly position: string;
  readonly previous: Buffer;
  readonly hash: Buffer;
}

/** The rows of `gatehouse.audit_chain` and `audit_heads`. */
@Injectable()
export class ChainStore {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /**
   * Runs `work` in a transaction that only one instance has at a time.
   * @returns undefined if another instance has it.
   */
  alone<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result | undefined> {
    return this.dataSource.transaction(async (manager) => {
      const [lock] = await manager.query<{ mine: boolean }[]>(
        `select pg_try_advisory_xact_lock(hashtext('gatehouse:audit-chain')) as mine`,
      );
      return lock?.mine ? work(manager) : undefined;
    });
  }

  async last(manager: EntityManager): Promise<ChainLink | undefined> {
    const [row] = await manager.query<ChainLink[]>(
      'select position, hash from gatehouse.audit_chain order by position desc limit 1',
    );
    return row;
  }

  /** Returns committed events that are not in the chain, at most `most`. */
  unchained(most: number, manager: EntityManager): Promise<UnchainedEvent[]> {
    return manager.query<UnchainedEvent[]>(
      `select e.id, ${EVENT_TEXT} as text
       from gatehouse.audit_unchained u join gatehouse.audit_events e on e.id = u.event_id
       order by e.id limit $1`,
      [most],
    );
  }

  async add(links: readonly NewLink[], manager: EntityManager): Promise<void> {
    const ids = links.map(({ eventId }) => eventId);
    await manager.query(
      `insert into gatehouse.audit_chain (position, event_id, event_at, previous, hash)
       select n.position, n.event_id, e.at, n.previous, n.hash
       from unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[]) as n (position, event_id, previous, hash)
       join gatehouse.audit_events e on e.id = n.event_id`,
      [
        links.map(({ position }) => position),
        ids,
        links.map(({ previous }) => previous),
        links.map(({ hash }) => hash),
      ],
    );
    await manager.query('delete from gatehouse.audit_unchained where event_id = any ($1)', [ids]);
  }

  /** True if the chain has grown since its last signature, and that is older than `age` milliseconds. */
  async needsSignature(age: number, manager: EntityManager): Promise<boolean> {
    const [row] = await manager.query<{ needed: boolean }[]>(
      `select not exists (select from gatehouse.audit_heads
         where signed_at > now() - $1 * interval '1 millisecond'
            or position = (select max(position) from gatehouse.audit_chain)) as needed`,
      [age],
    );
    return row?.needed ?? false;
  }

  async addHead(position: string, signature: string, manager: EntityManager): Promise<void> {
    await manager.query('insert into gatehouse.audit_heads (position, signature) values ($1, $2)', [
      position,
      signature,
    ]);
  }
}
