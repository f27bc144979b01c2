import type { QueryResultRow } from 'pg';
import type { PreparedQueries, PreparedQuery } from './prepared-queries.js';

interface Question<Row> {
  readonly key: string;
  readonly answer: (row: Row | undefined) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Finds rows by a unique key. All keys asked for within one turn of the event loop share one statement, because the
 * statement costs more than the rows, both here and in PostgreSQL. No lookup waits for a later one.
 */
export class GatheredLookup<Row extends QueryResultRow> {
  private questions: Question<Row>[] = [];

  /**
   * @param one finds one row; $1 is the key.
   * @param many finds several rows; $1 is an array of different keys.
   */
  constructor(
    private readonly queries: PreparedQueries,
    private readonly one: PreparedQuery,
    private readonly many: PreparedQuery,
    private readonly keyOf: (row: Row) => string,
  ) {}

  find(key: string): Promise<Row | undefined> {
    return new Promise((answer, fail) => {
      this.questions.push({ key, answer, fail });
      if (this.questions.length === 1) setImmediate(() => void this.ask());
    });
  }

  private async ask(): Promise<void> {
    const questions = this.questions.splice(0);
    if (questions.length === 1) return questions.forEach((question) => void this.askAlone(question));
    try {
      const keys = [...new Set(questions.map(({ key }) => key))];
      const rows = await this.queries.rows<Row>(this.many, [keys]);
      const found = new Map(rows.map((row) => [this.keyOf(row), row]));
      for (const { key, answer } of questions) answer(found.get(key));
    } catch {
      // Ask for each key alone, so that a bad key fails only its own lookup.
      for (const question of questions) void this.askAlone(question);
    }
    return undefined;
  }

  private async askAlone({ key, answer, fail }: Question<Row>): Promise<void> {
    try {
      answer((await this.queries.rows<Row>(this.one, [key]))[0]);
    } catch (error) {
      fail(error);
    }
  }
}
