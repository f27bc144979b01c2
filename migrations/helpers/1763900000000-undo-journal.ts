import type { QueryRunner } from 'typeorm';
import { buildIndex, concurrently } from './1763900000000-build-index.js';
import { quote } from './1763900000000-catalogue.js';
import { say } from './1763900000000-progress.js';
import { requireNotNull } from './1763900000000-not-null.js';
import { restoreOriginalValues } from './1763900000000-original-values.js';
import { inTransaction, sqlState } from './1763900000000-transaction.js';

/**
 * A change that a migration made, and the statement that undoes it. `table` and `column`: we added it. `not null`: we
 * dropped NOT NULL. `concurrently`: the statement must run outside a transaction. `index`: we dropped the index, and
 * undoing builds it again. `backfill`: old values may have changed, and undoing restores them.
 */
export interface Undo {
  readonly migration: string;
  readonly kind: 'statement' | 'table' | 'column' | 'not null' | 'concurrently' | 'index' | 'backfill';
  readonly relation: string;
  readonly name?: string;
  readonly statement: string;
}

/** Call it in the transaction of the change, so that both are stored or neither is. */
export async function recordUndo(queryRunner: QueryRunner, undo: Undo): Promise<void> {
  await queryRunner.query(
    `insert into gatehouse.undo (migration, kind, relation, name, statement) values ($1, $2, $3, $4, $5)
     on conflict (migration, md5(statement)) do nothing`,
    [undo.migration, undo.kind, undo.relation, undo.name ?? null, undo.statement],
  );
}

/**
 * Undoes the changes of `migration`, the last one first. Before that undoes the changes of a later migration that was
 * interrupted and so is not listed as run. After a crash, continues with the remaining changes.
 */
export async function undo(queryRunner: QueryRunner, migration: string): Promise<void> {
  const changes = (await queryRunner.query(
    `select id, migration, kind, relation, name, statement from gatehouse.undo
     where right(migration, 13) >= right($1, 13) order by id desc`,
    [migration],
  )) as (Undo & { id: string })[];
  for (const change of changes) {
    const forget = () => queryRunner.query('delete from gatehouse.undo where id = $1', [change.id]);
    if (['concurrently', 'index', 'not null'].includes(change.kind)) {
      if (change.kind === 'not null') await restoreNotNull(queryRunner, change);
      else if (change.kind === 'index') await buildIndex(queryRunner, change.name ?? '', change.statement);
      else await concurrently(queryRunner, change.statement);
      await forget();
      continue;
    }
    if (change.kind === 'backfill') await restoreOriginalValues(queryRunner, change.relation);
    await inTransaction(queryRunner, change.statement, async () => {
      await queryRunner.query(change.statement);
      await forget();
    });
  }
}

/** Columns that the migrations added empty. Excludes those that AdoptTables added beside legacy columns. */
export async function addedColumns(queryRunner: QueryRunner, relation: string): Promise<Set<string>> {
  const rows = (await queryRunner.query(
    `select name from gatehouse.undo where kind = 'column' and relation = $1 and migration not like 'AdoptTables%'`,
    [relation],
  )) as { name: string }[];
  return new Set(rows.map((row) => row.name));
}

/** New rows may lack a value that was required before the migrations. In that case the column stays nullable. */
async function restoreNotNull(
  queryRunner: QueryRunner,
  { relation, name = '', statement }: Undo,
): Promise<void> {
  try {
    await requireNotNull(queryRunner, relation, name, statement);
  } catch (error) {
    if (sqlState(error) !== '23502' && sqlState(error) !== '23514') throw error;
    const [{ count }] = (await queryRunner.query(
      `select count(*) as count from ${quote(relation)} where ${quote(name)} is null`,
    )) as [{ count: string }];
    say(
      `WARNING: ${relation}.${name} was NOT NULL and stays nullable, because ${count} newer rows have no value. ` +
        `Give them one, then run: ${statement}`,
    );
  }
}
