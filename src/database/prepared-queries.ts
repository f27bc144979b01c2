import { Inject, Injectable } from '@nestjs/common';
import type { Pool, QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';

/** A statement for the paths that are walked on every request. The name is its identity: one text, one name. */
export interface PreparedQuery {
  readonly name: string;
  readonly text: string;
}

/**
 * Named statements straight on the connection pool: a third of the time a query builder takes. The only reader of the
 * driver's pool, which TypeORM types `any`.
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
