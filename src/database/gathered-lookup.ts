import type { QueryResultRow } from 'pg';
import { unavailability } from '../errors/unavailable.js';
import type { PreparedQuery } from './prepared-queries.js';

interface Question<Row> {
  readonly key: string;
  readonly answer: (rows: readonly Row[]) => void;
  readonly fail: (error: unknown) => void;
}

interface Queries {
  rows<Row extends QueryResultRow>(query: PreparedQuery, given: unknown[]): Promise<Row[]>;
}

interface Statements<Row> {
  /** The parameter `$1` is the key. */
  readonly one: PreparedQuery;
  /** The parameter `$1` is an array of different keys. */
  readonly many: PreparedQuery;
  readonly keyOf: (row: Row) => string;
  /** The parameters from `$2`. */
  readonly more?: () => readonly unknown[];
}

const NOTHING: readonly never[] = [];

/**
 * Finds rows by a key. One statement answers all who ask within one turn of the event loop, because a statement costs more
 * than its rows, in the server and in PostgreSQL. Nobody waits for those who ask later.
 */
export class GatheredLookup<Row extends QueryResultRow> {
  private questions: Question<Row>[] = [];

  constructor(
    private readonly queries: Queries,
    private readonly statements: Statements<Row>,
  ) {}

  /** The row of a key that is unique. */
  async find(key: string): Promise<Row | undefined> {
    return (await this.list(key))[0];
  }

  /** All rows of the key, in the order of the statement. */
  list(key: string): Promise<readonly Row[]> {
    return new Promise((answer, fail) => {
      this.questions.push({ key, answer, fail });
      if (this.questions.length === 1) setImmediate(() => void this.ask());
    });
  }

  private async ask(): Promise<void> {
    const questions = this.questions.splice(0);
    if (questions.length === 1) return questions.forEach((question) => void this.askAlone(question));
    try {
      const found = this.byKey(await this.rows(this.statements.many, [...new Set(questions.map(keyOf))]));
      for (const { key, answer } of questions) answer(found.get(key) ?? NOTHING);
    } catch (error) {
      if (unavailability(error) !== undefined) return questions.forEach(({ fail }) => fail(error));
      // The reason does not matter: each asks alone, so that only those fail whose own statement fails.
      for (const question of questions) void this.askAlone(question);
    }
    return undefined;
  }

  private async askAlone({ key, answer, fail }: Question<Row>): Promise<void> {
    try {
      answer(await this.rows(this.statements.one, key));
    } catch (error) {
      fail(error);
    }
  }

  private rows(query: PreparedQuery, keys: string | string[]): Promise<Row[]> {
    return this.queries.rows<Row>(query, [keys, ...(this.statements.more?.() ?? NOTHING)]);
  }

  private byKey(rows: readonly Row[]): Map<string, Row[]> {
    const found = new Map<string, Row[]>();
    for (const row of rows) {
      const key = this.statements.keyOf(row);
      const others = found.get(key);
      if (others) others.push(row);
      else found.set(key, [row]);
    }
    return found;
  }
}

const keyOf = ({ key }: { readonly key: string }): string => key;
