import type { DataSource, QueryRunner } from 'typeorm';

export interface RecordedStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Reads, and what only frames a transaction, change nothing. */
const CHANGES =
  /^\s*(create|alter|drop|insert|update|delete|truncate|analyze|lock|comment|grant|reindex|call|do)\b/i;
const WRITING_QUERY = /^\s*(with|select)\b[^]*\b(insert into|update|delete from)\s/i;

export const changesSomething = (sql: string) => CHANGES.test(sql) || WRITING_QUERY.test(sql);

/**
 * A query runner in a transaction that is never committed, which notes each statement that changes something. Transactions
 * of the migrations become savepoints in it, and indexes are not built concurrently, which PostgreSQL refuses there.
 */
export class StatementRecorder {
  private statements: RecordedStatement[] = [];

  private constructor(readonly queryRunner: QueryRunner) {
    const execute = queryRunner.query.bind(queryRunner) as (
      sql: string,
      parameters?: unknown[],
      structured?: boolean,
    ) => Promise<unknown>;
    const recorded = (sql: string, parameters: unknown[] = [], structured = false) => {
      if (changesSomething(sql)) this.statements.push({ sql, parameters });
      return execute(
        sql.replace(/^(\s*(?:create (?:unique )?|drop )index) concurrently/i, '$1'),
        parameters,
        structured,
      );
    };
    queryRunner.query = recorded as QueryRunner['query'];
  }

  /** Opens the transaction, works in it, and takes everything back. */
  static async during<Result>(
    dataSource: DataSource,
    work: (recorder: StatementRecorder) => Promise<Result>,
  ): Promise<Result> {
    const queryRunner = dataSource.createQueryRunner();
    const recorder = new StatementRecorder(queryRunner);
    await queryRunner.startTransaction('REPEATABLE READ');
    try {
      return await work(recorder);
    } finally {
      await queryRunner.rollbackTransaction().catch(() => {});
      await queryRunner.release();
    }
  }

  /** What was noted since the last call. */
  take(): RecordedStatement[] {
    const taken = this.statements;
    this.statements = [];
    return taken;
  }
}
