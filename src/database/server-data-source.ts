import type { Pool } from 'pg';
import {
  DataSource,
  DefaultNamingStrategy,
  type DataSourceOptions,
  type EntityManager,
  type QueryRunner,
  type ReplicationMode,
} from 'typeorm';
import type { IsolationLevel } from 'typeorm/driver/types/IsolationLevel.js';
import type { Servers } from './servers.js';
import { Tables, readTables } from './tables.js';
import { connectionOptions, type ConnectionLimits } from './connection-options.js';
import { boundQueue } from './pool-limits.js';
import { retried } from './retried.js';
import { writtenAsUtc } from './utc.js';

class TableNames extends DefaultNamingStrategy {
  tables = new Tables();

  override tableName(className: string, given: string | undefined): string {
    return this.tables.viewOf(super.tableName(className, given));
  }
}

type Options = Extract<DataSourceOptions, { type: 'postgres' }>;

type InTransaction<T> = (manager: EntityManager) => Promise<T>;

type ServerOptions = Omit<Options, 'type' | 'namingStrategy' | 'url'> & ConnectionLimits;

/**
 * The server's data source. No statement of it waits for ever. It finds our tables under the names that they have in this database, and reads and writes all
 * times in UTC. The driver's time zone and that of PostgreSQL's session do not matter.
 */
export class ServerDataSource extends DataSource {
  private readonly names: TableNames;
  readonly servers: Servers;
  readonly limitsInDatabase: boolean;
  private readonly poolQueue: number;

  constructor({ servers, limits, limitsInDatabase, ...options }: ServerOptions) {
    const names = new TableNames();
    super({
      ...options,
      type: 'postgres',
      url: servers.first,
      namingStrategy: names,
      connectTimeoutMS: limits.connectTimeout * 1000,
      extra: connectionOptions({ servers, limits, limitsInDatabase }, () => this.pool),
    });
    this.names = names;
    this.servers = servers;
    this.limitsInDatabase = limitsInDatabase;
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
