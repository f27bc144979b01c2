import { Inject, Injectable } from '@nestjs/common';
import type { Pool, QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';

/**
 * A statement that PostgreSQL prepares once per connection. PostgreSQL knows it by its name, so each text needs its own
 * name.
 */
export interface PreparedQuery {
  readonly name: string;
  readonly text: string;
}

/**
 * Runs named statements directly on the connection pool, in a third of the time of a query builder. Nothing else uses
 * the driver's pool, which TypeORM types as `any`.
 */
@Injectable()
export class PreparedQueries {
  private readonly pool: Pool;

  constructor(
    @Inject(DataSource) dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.pool = (dataSource.driver as unknown as { master: Pool }).master;
  }

  async rows<Row extends QueryResultRow>({ name, text }: PreparedQuery, values: unknown[]): Promise<Row[]> {
    const statement = this.config.database.preparedStatements ? { name, text, values } : { text, values };
    return (await this.pool.query<Row>(statement)).rows;
  }
}
