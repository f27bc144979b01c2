import type { QueryRunner } from 'typeorm';
import { ownTableExists } from './1763900000000-catalogue.js';
import { inTransaction } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';

/** A table that is not part of the protocol. It lives in the schema `gatehouse`. */
export interface OwnTable {
  readonly name: string;
  /** Columns and constraints, without the parentheses. */
  readonly definition: string;
  /** Statements that follow, such as an index. The table is new and empty, so they lock nobody out. */
  readonly after?: readonly string[];
}

export async function createOwnTable(
  queryRunner: QueryRunner,
  migration: string,
  { name, definition, after = [] }: OwnTable,
): Promise<void> {
  const table = `gatehouse.${name}`;
  await inTransaction(queryRunner, `create table ${table}`, async () => {
    if (await ownTableExists(queryRunner, name)) return;
    for (const statement of [`create table ${table} (${definition})`, ...after])
      await queryRunner.query(statement);
    await recordUndo(queryRunner, {
      migration,
      kind: 'table',
      relation: table,
      statement: `drop table if exists ${table}`,
    });
  });
}
