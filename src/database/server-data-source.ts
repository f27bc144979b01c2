import type { Pool } from 'pg';
import {
  DataSource,
  DefaultNamingStrategy,
  type DataSourceOptions,
  type QueryRunner,
  type ReplicationMode,
} from 'typeorm';
import { Tables, readTables } from './tables.js';
import { READ_AS_UTC, writtenAsUtc } from './utc.js';

class TableNames extends DefaultNamingStrategy {
  tables = new Tables();

  override tableName(className: string, given: string | undefined): string {
    return this.tables.viewOf(super.tableName(className, given));
  }
}

type Options = Extract<DataSourceOptions, { type: 'postgres' }>;

/**
 * The server's data source. It finds our tables under the names that they have in this database, and reads and writes all
 * times in UTC. The driver's time zone and that of PostgreSQL's session do not matter.
 */
export class ServerDataSource extends DataSource {
  private readonly names: TableNames;

  constructor(options: Omit<Options, 'type' | 'namingStrategy'>) {
    const names = new TableNames();
    super({
      ...options,
      type: 'postgres',
      namingStrategy: names,
      extra: { ...(options.extra as object | undefined), types: READ_AS_UTC },
    });
    this.names = names;
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
    this.names.tables = await readTables({
      query: async <Result>(text: string) => (await this.pool.query(text)).rows as Result,
    });
    await super.buildMetadatas();
  }

  /** Every statement of TypeORM and of the stores passes here, except those of `PreparedQueries`. */
  override createQueryRunner(mode?: ReplicationMode): QueryRunner {
    const queryRunner = super.createQueryRunner(mode);
    const query = queryRunner.query.bind(queryRunner) as (...parameters: unknown[]) => Promise<unknown>;
    queryRunner.query = ((text: string, values?: unknown[], ...more: unknown[]) =>
      query(this.tables.resolve(text), values && writtenAsUtc(values), ...more)) as QueryRunner['query'];
    return queryRunner;
  }
}
