import type { QueryRunner } from 'typeorm';
import { currentName, type Adoption } from './1763900000000-adoption.js';
import { quote, spelt } from './1763900000000-catalogue.js';
import { choicesNow } from './1763900000000-choices.js';
import { chooseLegacyColumns, presentName, type LegacyColumn } from './1763900000000-legacy-columns.js';
import { legacyRules, type LegacyRules } from './1763900000000-legacy-rules.js';
import { textExpressions } from './1763900000000-text.js';

/** The legacy table of the users as it is before the first change. */
export interface LegacyUsers {
  readonly adoption: Adoption;
  /** The table and its columns as SQL spells them, on the row `u`. */
  readonly table: string;
  readonly id: string;
  readonly email: string;
  readonly created: string | undefined;
  readonly columns: readonly LegacyColumn[];
  readonly rules: LegacyRules;
  /** Number of rows. */
  readonly rows: number;
}

/** Undefined if the table has no `id` or e-mail, or if this role may not read it. Other findings say so. */
export async function readLegacyUsers(
  queryRunner: QueryRunner,
  adoption: Adoption,
): Promise<LegacyUsers | undefined> {
  const { source } = adoption;
  const name = (column: string) => {
    const current = currentName(adoption, column);
    return source.columns.has(current) ? `u.${quote(current)}` : undefined;
  };
  const [id, email] = [name('id'), name('email')];
  if (id === undefined || email === undefined) return undefined;
  const table = spelt(source);
  const [allowed] = (await queryRunner.query(
    `select 1 where has_table_privilege(to_regclass($1)::oid, 'select')`,
    [table],
  )) as unknown[];
  if (!allowed) return undefined;
  const columns = chooseLegacyColumns(adoption).columns.map((column) => ({
    ...column,
    name: presentName(adoption, column),
  }));
  const [count] = (await queryRunner.query(`select count(*)::integer as rows from ${table}`)) as {
    rows: number;
  }[];
  const rules = legacyRules(columns, await textExpressions(queryRunner), choicesNow());
  const created = name(adoption.prefixed.get('created_at') ?? 'created_at');
  return { adoption, table, id, email, created, columns, rules, rows: count?.rows ?? 0 };
}

/** A list such as `3 (1, 7, 9)`, with the number of rows and some of them; undefined if there are none. */
export async function countRowsWhere(
  queryRunner: QueryRunner,
  { table, id }: LegacyUsers,
  condition: string,
  example = `${id}::text`,
): Promise<string | undefined> {
  const rows = (await queryRunner.query(
    `select ${example} as example, count(*) over ()::integer as total from ${table} u where ${condition} order by ${id} limit ${SHOWN}`,
  )) as { example: string; total: number }[];
  return describeRows(rows);
}

const SHOWN = 5;

export function describeRows(rows: readonly { example: string; total: number }[]): string | undefined {
  const [first] = rows;
  if (!first) return undefined;
  const more = first.total > rows.length ? ', …' : '';
  return `${first.total} (${rows.map((row) => row.example).join(', ')}${more})`;
}
