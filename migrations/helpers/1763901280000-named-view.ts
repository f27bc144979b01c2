import type { QueryRunner } from 'typeorm';
import { needTable, ownTableExists, quote } from './1763900000000-catalogue.js';
import { tableName } from './1763900000000-tables.js';
import { inTransaction } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';
import { definitionsOf } from './1763900000000-user-columns.js';
import { TABLES } from './1763900000000-tables.js';

/**
 * Creates the view `gatehouse.<our table>`, which shows a table of another name, or with other column names, under ours.
 * The server reads and writes such tables through it. Replaces the view if the table has new columns.
 */
export async function showUnderOurNames(
  queryRunner: QueryRunner,
  migration: string,
  table: string,
): Promise<void> {
  if (!(await ownTableExists(queryRunner, 'names'))) return;
  const [renamed] = (await queryRunner.query(
    'select 1 from gatehouse.names where object = $1 or starts_with(object, $2) limit 1',
    [table, `${table}.`],
  )) as unknown[];
  if (!renamed) return;
  const target = tableName(table);
  const { columns } = await needTable(queryRunner, target);
  const named = await definitionsOf(queryRunner, table);
  const ours = (TABLES[table] ?? []).map((definition, index) => [
    definition.name,
    named[index]?.name ?? definition.name,
  ]);
  const shown = new Set(ours.flat());
  const others = [...columns.keys()].filter((column) => !shown.has(column)).map((column) => [column, column]);
  const list = [...ours, ...others]
    .map(([name = '', column = '']) => (name === column ? quote(name) : `${quote(column)} as ${quote(name)}`))
    .join(', ');
  await inTransaction(queryRunner, `create view gatehouse.${table}`, async () => {
    const [version] = (await queryRunner.query(
      `select current_setting('server_version_num')::integer >= 150000 as invoker`,
    )) as { invoker: boolean }[];
    const options = version?.invoker ? ' with (security_invoker = true)' : '';
    await queryRunner.query(
      `create or replace view gatehouse.${table}${options} as select ${list} from ${quote(target)}`,
    );
    await recordUndo(queryRunner, {
      migration,
      kind: 'statement',
      relation: table,
      statement: `drop view if exists gatehouse.${table}`,
    });
  });
}
