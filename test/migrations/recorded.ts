import type { Logger, QueryRunner } from 'typeorm';
import type { MigratingDataSource } from '../../src/migrating/migrating-data-source.js';
import { changesSomething } from '../../src/planning/statement-recorder.js';

/** Records the statements that change something, as TypeORM reports them to a logger. */
export function record(dataSource: MigratingDataSource): string[] {
  const statements: string[] = [];
  const ignore = () => {};
  const logger: Logger = {
    logQuery(sql) {
      // Skips TypeORM's own table, and the event that says that a migration was applied.
      if (
        changesSomething(sql) &&
        !/^(create table|insert into|delete from) "gatehouse_migrations"/i.test(sql) &&
        !/^with written as \(\s*insert into gatehouse\.audit_events/.test(sql)
      )
        statements.push(sql);
    },
    logQueryError: ignore,
    logQuerySlow: ignore,
    logSchemaBuild: ignore,
    logMigration: ignore,
    log: ignore,
  };
  dataSource.logger = logger;
  return statements;
}

/** Calls `after` after every statement of the migrations, on their session. */
export function watch(
  dataSource: MigratingDataSource,
  after: (sql: string, queryRunner: QueryRunner) => Promise<void>,
): void {
  const create = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => {
    const queryRunner = create(mode);
    const query = queryRunner.query.bind(queryRunner) as (...args: unknown[]) => Promise<unknown>;
    const plain = Object.create(queryRunner, { query: { value: query } }) as QueryRunner;
    queryRunner.query = (async (...args: unknown[]) => {
      if (/^\s*commit/i.test(String(args[0]))) await after(String(args[0]), plain);
      const result = await query(...args);
      if (!/^\s*(commit|rollback)/i.test(String(args[0]))) await after(String(args[0]), plain);
      return result;
    }) as QueryRunner['query'];
    return queryRunner;
  };
}
