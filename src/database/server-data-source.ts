import type { Pool } from 'pg';
import {
  DataSource,
  DefaultNamingStrategy,
  type DataSourceOptions,
  type EntityManager,
  type QueryRunner,
  type ReplicationMode,
} from 'typeorm';
import type { DatabaseLimits } from '../config/database-config.js';
import type { IsolationLevel } from 'typeorm/driver/types/IsolationLevel.js';
import { Tables, readTables } from './tables.js';
import { boundQueue, closeIdleConnections } from './pool-limits.js';
import { retried } from './retried.js';
import { READ_AS_UTC, writtenAsUtc } from './utc.js';
import type { Servers } from './servers.js';
import { watchedClient } from './watched-client.js';

/**
 * Milliseconds. PostgreSQL looks for a deadlock after 1 s, which is also the default of DATABASE_LOCK_TIMEOUT. A deadlock
 * must be reported as one, because then the transaction is repeated.
 */
const AFTER_DEADLOCKS = 250;

class TableNames extends DefaultNamingStrategy {
  tables = new Tables();

  override tableName(className: string, given: string | undefined): string {
    return this.tables.viewOf(super.tableName(className, given));
  }
}

type Options = Extract<DataSourceOptions, { type: 'postgres' }>;

type InTransaction<T> = (manager: EntityManager) => Promise<T>;

type ServerOptions = Omit<Options, 'type' | 'namingStrategy' | 'url'> & {
  readonly servers: Servers;
  readonly limits: DatabaseLimits;
  /** False behind a pooler that refuses these limits. Then only the server watches the time of its statements. */
  readonly limitsInDatabase: boolean;
};

/**
 * The server's data source. No statement of it waits for ever. It finds our tables under the names that they have in this database, and reads and writes all
 * times in UTC. The driver's time zone and that of PostgreSQL's session do not matter.
 */
export class ServerDataSource extends DataSource {
  private readonly names: TableNames;
  private readonly poolQueue: number;

  constructor({ servers, limits, limitsInDatabase, ...options }: ServerOptions) {
    const names = new TableNames();
    const milliseconds = (seconds: number) => seconds * 1000;
    super({
      ...options,
      type: 'postgres',
      url: servers.first,
      namingStrategy: names,
      connectTimeoutMS: milliseconds(limits.connectTimeout),
      extra: {
        servers,
        types: READ_AS_UTC,
        keepAlive: true,
        keepAliveInitialDelayMillis: 10_000,
        maxLifetimeSeconds: limits.connectionLifetime,
        // PostgreSQL gets one second to report that it cancelled the statement.
        Client: watchedClient(milliseconds(limits.statementTimeout + 1), () =>
          closeIdleConnections(this.pool),
        ),
        ...(limitsInDatabase
          ? {
              statement_timeout: milliseconds(limits.statementTimeout),
              lock_timeout: milliseconds(limits.lockTimeout) + AFTER_DEADLOCKS,
              idle_in_transaction_session_timeout: milliseconds(limits.idleInTransactionTimeout),
            }
          : {}),
      },
    });
    this.names = names;
    this.poolQueue = limits.poolQueue;
  }

  get tables(): Tables {
    return this.names.tables;
  }

  /** The connection pool of the driver. TypeORM types it as `any`. */
  get pool(): Pool {
    return (this.driver as unknown as { master: Pool }).master;
  }

  /** TypeORM calls this when it is connected. */
  protected override async buildMetadatas(): Promise<void> {
    boundQueue(this.pool, this.poolQueue);
    this.names.tables = await readTables({
      query: async <Result>(text: string) => (await this.pool.query(text)).rows as Result,
    });
    await super.buildMetadatas();
  }

  /** Runs the transaction again if PostgreSQL ended it for a serialisation failure or a deadlock. */
  override transaction<T>(work: InTransaction<T>): Promise<T>;
  override transaction<T>(level: IsolationLevel, work: InTransaction<T>): Promise<T>;
  override transaction<T>(first: IsolationLevel | InTransaction<T>, second?: InTransaction<T>): Promise<T> {
    return retried(() =>
      typeof first === 'function'
        ? super.transaction(first)
        : super.transaction(first, second as InTransaction<T>),
    );
  }

  /** Every statement of TypeORM and of the stores passes here, except those of `PreparedQueries`. */
  override createQueryRunner(mode?: ReplicationMode): QueryRunner {
    const queryRunner = super.createQueryRunner(mode);
    const query = queryRunner.query.bind(queryRunner) as (...parameters: unknown[]) => Promise<unknown>;
    queryRunner.query = ((marked: string, given?: unknown[], ...more: unknown[]) => {
      const [text, values] = [this.tables.resolve(marked), given && writtenAsUtc(given)];
      // A statement inside of a transaction cannot be repeated alone.
      if (queryRunner.isTransactionActive) return query(text, values, ...more);
      return retried(() => query(text, values, ...more));
    }) as QueryRunner['query'];
    return queryRunner;
  }
}
