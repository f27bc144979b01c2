import type { QueryRunner } from 'typeorm';
import { buildIndex, isValidIndex } from './1763900000000-build-index.js';
import { quote } from './1763900000000-catalogue.js';
import { MigrationFault } from './1763900000000-fault.js';
import { sqlState } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';

export interface IndexDefinition {
  readonly name: string;
  readonly table: string;
  readonly unique?: boolean;
  /** The part of the statement after `on <table>`. */
  readonly on: string;
}

/** Builds the index concurrently, because the table is in use. */
export async function ensureIndex(
  queryRunner: QueryRunner,
  migration: string,
  index: IndexDefinition,
): Promise<void> {
  const { name, table } = index;
  if (await isValidIndex(queryRunner, name)) return;
  const statement = `drop index concurrently if exists ${quote(name)}`;
  await recordUndo(queryRunner, { migration, kind: 'concurrently', relation: table, name, statement });
  const unique = index.unique ? 'unique ' : '';
  try {
    await buildIndex(
      queryRunner,
      name,
      `create ${unique}index concurrently ${quote(name)} on ${quote(table)} ${index.on}`,
    );
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    const { detail = '' } = error as { detail?: string };
    throw new MigrationFault(
      `${name} cannot be built, because two rows of ${table} have the same value. ${detail} ` +
        `Correct one of them, then run again: npm run migration:run`,
    );
  }
}
