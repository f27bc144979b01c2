import type { DataSource, QueryRunner } from 'typeorm';

/** Our own schemas, whose names the migrations write without quotes. */
const OUR_SCHEMAS: readonly string[] = ['gatehouse', 'gatehouse_legacy'];

export interface RecordedStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The first word of statements that change something. Excludes reads and the commands that begin and end a transaction. */
const CHANGES =
  /^\s*(create|alter|drop|insert|update|delete|truncate|analyze|lock|comment|grant|reindex|call|do)\b/i;
const WRITING_QUERY = /^\s*(with|select)\b[^]*\b(insert into|update|delete from)\s/i;

export const changesSomething = (sql: string) => CHANGES.test(sql) || WRITING_QUERY.test(sql);

/**
 * Records each statement that changes something, and runs it in a transaction that is rolled back. TypeORM turns the
 * migrations' own transactions into savepoints. Indexes are built without `concurrently`, because PostgreSQL refuses that
 * inside a transaction.
 */
export class StatementRecorder {
  private statements: RecordedStatement[] = [];
  private readonly places = new Map<string, string>();

  private constructor(readonly queryRunner: QueryRunner) {
    const execute = queryRunner.query.bind(queryRunner) as (
      sql: string,
      parameters?: unknown[],
      structured?: boolean,
    ) => Promise<unknown>;
    const recorded = (sql: string, parameters: unknown[] = [], structured = false) => {
      if (changesSomething(sql)) this.statements.push({ sql, parameters });
      return execute(
        this.redirected(sql).replace(/^(\s*(?:create (?:unique )?|drop )index) concurrently/i, '$1'),
        parameters.map((value) => this.redirectedParameter(value)),
        structured,
      );
    };
    queryRunner.query = recorded as QueryRunner['query'];
  }

  /** Runs `work` in a transaction and rolls it back. */
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

  /**
   * From now on, statements that name the schema `from` use the schema `to`. They are recorded as they are. Names of
   * other schemas than ours must be quoted, because an alias of a table may have the same name.
   */
  redirect(from: string, to: string): void {
    this.places.set(from, to);
  }

  /** From now on, statements use the schemas that they name. */
  stopRedirecting(): void {
    this.places.clear();
  }

  private redirected(sql: string): string {
    let result = sql;
    for (const [from, to] of this.places) {
      const bare = from.replaceAll(/[^\w]/g, String.raw`\$&`);
      const name = new RegExp(
        OUR_SCHEMAS.includes(from)
          ? `(\\bschema (?:if (?:not )?exists )?)${bare}(?![\\w.])|(?<![\\w."])${bare}(?=\\.)|"${bare}"(?=[.'])|(?<=to_regnamespace\\(')${bare}(?=')`
          : `()(?:"${bare}"(?=[.'])|(?<=set schema )"${bare}")`,
        'gi',
      );
      result = result.replaceAll(name, (_, before = '') => `${before}${to}`);
    }
    return result;
  }

  /** Parameters may name a table, such as `"app"."users"`. */
  private redirectedParameter(value: unknown): unknown {
    return typeof value === 'string' && value.startsWith('"') ? this.redirected(value) : value;
  }

  /** Returns the statements recorded since the last call. */
  take(): RecordedStatement[] {
    const taken = this.statements;
    this.statements = [];
    return taken;
  }
}
