import type { QueryRunner } from 'typeorm';
import { buildIndex, isValidIndex } from './1763900000000-build-index.js';
import { literal, quote, spelt } from './1763900000000-catalogue.js';
import { MigrationFault } from './1763900000000-fault.js';
import { sqlState } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';

export interface IndexDefinition {
  readonly name: string;
  readonly table: string;
  /** Null or undefined for the first schema of `search_path`. */
  readonly schema?: string | null;
  readonly unique?: boolean;
  /** The part of the statement after `on <table>`. */
  readonly on: string;
}

/**
 * Builds the index concurrently, because the table is in use.
 * @returns the name of the index. It is numbered if a table of the application has an index or table with this name.
 */
export async function ensureIndex(
  queryRunner: QueryRunner,
  migration: string,
  index: IndexDefinition,
): Promise<string> {
  const { table, schema = null } = index;
  const relation = spelt({ schema, name: table });
  const name = await freeName(queryRunner, index.name, { schema, relation });
  if (await isValidIndex(queryRunner, name, schema)) return name;
  const statement = `drop index concurrently if exists ${spelt({ schema, name })}`;
  await recordUndo(queryRunner, { migration, kind: 'concurrently', relation: table, name, statement });
  const unique = index.unique ? 'unique ' : '';
  try {
    await buildIndex(
      queryRunner,
      name,
      `create ${unique}index concurrently ${quote(name)} on ${relation} ${index.on}`,
      schema,
    );
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    const { detail = '' } = error as { detail?: string };
    throw new MigrationFault(
      `${name} cannot be built, because two rows of ${table} have the same value. ${detail} ` +
        `Correct one of them, then run again: npm run migration:run`,
    );
  }
  return name;
}

/** Appends a number to the name if a table, or an index of another table, has it already. */
async function freeName(
  queryRunner: QueryRunner,
  wanted: string,
  { schema, relation }: { readonly schema: string | null; readonly relation: string },
): Promise<string> {
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : `_${number}`;
    const name = `${wanted.slice(0, 63 - suffix.length)}${suffix}`;
    const taken = (await queryRunner.query(
      `select 1 from pg_class c where c.relnamespace = ${schema === null ? 'to_regnamespace(quote_ident(current_schema()))' : `to_regnamespace(${literal(quote(schema))})`}
         and c.relname = $1 and not exists (select 1 from pg_index i where i.indexrelid = c.oid and i.indrelid = to_regclass($2))`,
      [name, relation],
    )) as unknown[];
    if (taken.length === 0) return name;
  }
}
