import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { unavailability } from '../errors/unavailable.js';
import { Logger } from '../logging/logger.js';
import { connectionOptions } from './connection-options.js';
import { PreparedQueries, type PreparedQuery } from './prepared-queries.js';
import type { ServerDataSource } from './server-data-source.js';
import { Servers } from './servers.js';

/** How often the replica proves within its allowed lag how far it is. */
const PROOFS = 5;

/** A position in the primary's log, and the time in milliseconds at which it was the last one. */
interface Position {
  readonly at: number;
  readonly lsn: string;
}

/**
 * Sends reads that may be slightly old to `DATABASE_REPLICA_URL`. Nothing that judges a session, a password or a ban may be
 * read here. The replica answers as long as it proves that it has replayed what the primary wrote `DATABASE_REPLICA_MAX_LAG`
 * seconds ago. Otherwise the primary answers.
 */
@Injectable()
export class Replica implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly pool: pg.Pool | undefined;
  private readonly maxLag: number;
  private timer: NodeJS.Timeout | undefined;
  private positions: Position[] = [];
  /** The replica has everything that was committed before this time. */
  private provenAt = -Infinity;
  private wasCurrent: boolean | undefined;

  constructor(
    @Inject(CONFIG) { database }: Config,
    @Inject(DataSource) private readonly dataSource: ServerDataSource,
    private readonly prepared: PreparedQueries,
    private readonly logger: Logger,
  ) {
    const { replica, limits, poolSize } = database;
    this.maxLag = (replica?.maxLag ?? 0) * 1000;
    if (!replica) return;
    const servers = new Servers(replica.url, limits.connectTimeout * 1000);
    const { limitsInDatabase } = dataSource;
    const pool: pg.Pool = new pg.Pool({
      connectionString: servers.first,
      application_name: 'gatehouse-replica',
      connectionTimeoutMillis: limits.connectTimeout * 1000,
      max: poolSize,
      ...connectionOptions({ servers, limits, limitsInDatabase }, () => pool),
    });
    this.pool = pool.on('error', () => {});
  }

  onApplicationBootstrap(): void {
    if (this.pool) void this.prove(this.pool);
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.timer);
    await this.pool?.end();
  }

  /** Like `PreparedQueries.rows`, but the rows may be slightly old. */
  rows<Row extends pg.QueryResultRow>(query: PreparedQuery, given: unknown[]): Promise<Row[]> {
    return this.read((pool) => this.prepared.rowsFrom<Row>(pool, query, given));
  }

  /** Gives the replica's pool to `work`, which only reads. If that fails or must not be, gives it the primary's pool. */
  async read<T>(work: (pool: pg.Pool) => Promise<T>): Promise<T> {
    if (this.pool && this.isCurrent) {
      try {
        return await work(this.pool);
      } catch (error) {
        if (unavailability(error) !== undefined) this.provenAt = -Infinity;
      }
    }
    return work(this.dataSource.pool);
  }

  private get isCurrent(): boolean {
    return performance.now() - this.provenAt < this.maxLag;
  }

  private async prove(replica: pg.Pool): Promise<void> {
    try {
      const at = performance.now();
      const primary = await this.dataSource.pool.query<Position>('select pg_current_wal_lsn()::text as lsn');
      this.positions = this.positions.filter((position) => at - position.at < this.maxLag);
      this.positions.push({ at, lsn: primary.rows[0]?.lsn ?? '' });
      const { rows } = await replica.query<{ at: number | null }>(PROOF, [
        this.positions.map((position) => position.at),
        this.positions.map(({ lsn }) => lsn),
      ]);
      this.provenAt = Math.max(this.provenAt, rows[0]?.at ?? -Infinity);
    } catch {
      // Without a new proof the last one becomes too old.
    }
    this.tell();
    this.timer = setTimeout(() => void this.prove(replica), this.maxLag / PROOFS);
  }

  private tell(): void {
    const { isCurrent } = this;
    if (isCurrent === this.wasCurrent) return;
    if (!isCurrent) this.logger.warn('the replica is late or away: the primary answers what it would read');
    else if (this.wasCurrent === false) this.logger.warn('the replica is back');
    this.wasCurrent = isCurrent;
  }
}

/** The newest of these positions that the replica has replayed. */
const PROOF = `select max(at)::float8 as at from unnest($1::float8[], $2::pg_lsn[]) as position(at, lsn)
  where pg_is_in_recovery() and lsn <= pg_last_wal_replay_lsn()`;
