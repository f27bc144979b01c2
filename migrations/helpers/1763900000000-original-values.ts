import type { QueryRunner } from 'typeorm';
import { needTable, quote } from './1763900000000-catalogue.js';
import { sparingTriggers } from './1763900000000-own-triggers.js';
import { say } from './1763900000000-progress.js';
import { tableName } from './1763900000000-tables.js';
import { inTransaction } from './1763900000000-transaction.js';
import { definitionsOf } from './1763900000000-user-columns.js';

const BATCH = 5000;

/**
 * Restores the old values of columns that existed before the migrations, but only values that still are what the
 * backfill wrote. Values that somebody has changed since are kept. Works in batches; each deletes the saved values of
 * its rows.
 */
export async function restoreOriginalValues(queryRunner: QueryRunner, relation: string): Promise<void> {
  const statement = await restoreStatement(queryRunner, relation);
  for (let restored = 0; ;) {
    const rows = await inTransaction(queryRunner, `restore ${relation}`, async () => {
      await queryRunner.query(`set local gatehouse.reverting to 'on'`);
      const [result] = await sparingTriggers(
        queryRunner,
        tableName(relation),
        () => queryRunner.query(statement, [relation]) as Promise<{ rows: number }[]>,
      );
      return result?.rows ?? 0;
    });
    if (rows === 0) return;
    restored += rows;
    say(`restore ${relation}: ${restored} rows`);
  }
}

async function restoreStatement(queryRunner: QueryRunner, relation: string): Promise<string> {
  const table = tableName(relation);
  const { columns } = await needTable(queryRunner, table);
  const assignments = (await definitionsOf(queryRunner, relation))
    .filter(({ name }) => name !== 'id' && columns.has(name))
    .map(({ name }) => {
      const current = `${table}.${quote(name)}`;
      const untouched = `coalesce(to_jsonb(${current}), 'null') = o.became -> '${name}' -> 0`;
      const original = `(o.was -> '${name}' ->> 0)::${columns.get(name)?.type ?? 'text'}`;
      return `${quote(name)} = case when ${untouched} then ${original} else ${current} end`;
    });
  return `
    with taken as (
      delete from gatehouse.original_values where (relation, row_id) in (
        select relation, row_id from gatehouse.original_values where relation = $1
        order by row_id limit ${BATCH} for update)
      returning row_id, was, became
    ), restored as (
      update ${table} set ${assignments.join(', ')} from taken o where ${table}.id = o.row_id::${columns.get('id')?.type ?? 'text'}
    )
    select count(*)::integer as rows from taken`;
}
