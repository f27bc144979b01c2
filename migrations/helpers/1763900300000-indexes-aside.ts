import type { QueryRunner } from 'typeorm';
import { buildIndex, concurrently } from './1763900000000-build-index.js';
import { quote } from './1763900000000-catalogue.js';
import { recordUndo } from './1763900000000-undo-journal.js';

/**
 * Drops plain indexes on a column whose type is about to change, because PostgreSQL would rebuild them while it blocks
 * all other sessions. Keeps unique and partial indexes, and those of constraints or expressions, because doing without
 * one is worse.
 */
export async function setIndexesAside(
  queryRunner: QueryRunner,
  migration: string,
  table: string,
  column: string,
): Promise<void> {
  const indexes = (await queryRunner.query(
    `select x.relname as name, regexp_replace(pg_get_indexdef(x.oid), '^CREATE INDEX', 'create index concurrently') as statement
     from pg_index i join pg_class x on x.oid = i.indexrelid
     join pg_attribute a on a.attrelid = i.indrelid and a.attname = $2 and a.attnum = any (i.indkey)
     where i.indrelid = to_regclass($1) and i.indisvalid and not i.indisunique and not i.indisexclusion
       and i.indpred is null and i.indexprs is null
     order by 1`,
    [table, column],
  )) as { name: string; statement: string }[];
  for (const { name, statement } of indexes) {
    await recordUndo(queryRunner, { migration, kind: 'index', relation: table, name, statement });
    await concurrently(queryRunner, `drop index concurrently if exists ${quote(name)}`);
  }
}

/** Builds the dropped indexes again, also those of an interrupted run. */
export async function bringIndexesBack(queryRunner: QueryRunner, migration: string): Promise<void> {
  const indexes = (await queryRunner.query(
    `select relation, name, statement from gatehouse.undo where migration = $1 and kind = 'index' order by id`,
    [migration],
  )) as { relation: string; name: string; statement: string }[];
  for (const { relation, name, statement } of indexes) {
    const drop = `drop index concurrently if exists ${quote(name)}`;
    await recordUndo(queryRunner, { migration, kind: 'concurrently', relation, name, statement: drop });
    await buildIndex(queryRunner, name, statement);
  }
}
