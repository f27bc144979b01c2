import type { Queries } from './queries.js';

/** What the migrations would write to a column of the users table. */
export interface ExpectedValue {
  /** The name of the column in this database. */
  readonly column: string;
  readonly text: boolean;
  /** True if the column existed before the migrations. Its old value is then saved, so that a revert can restore it. */
  readonly legacy: boolean;
  /** SQL. `row` is a row of the users table, and `$1` is the time at which the backfill began. */
  readonly expression: (row: string) => string;
}

/**
 * Reads the functions `gatehouse.expected_…`, in which the migrations keep their rules about the legacy columns. Empty if
 * there is no legacy application.
 */
export async function readExpectedValues(queries: Queries): Promise<ExpectedValue[]> {
  const rows = (await queries.query(
    `select substr(p.proname, 10) as column, p.prorettype = 'text'::regtype as text,
            not exists (select 1 from gatehouse.undo u where u.kind = 'column' and u.relation = 'users'
                          and u.name = substr(p.proname, 10) and u.migration not like 'AdoptTables%') as legacy
     from pg_proc p where p.pronamespace = to_regnamespace('gatehouse') and starts_with(p.proname, 'expected_')
     order by p.proname`,
  )) as { column: string; text: boolean; legacy: boolean }[];
  return rows.map((row) => ({
    ...row,
    expression: (of) => `gatehouse."expected_${row.column}"(${of}, $1::timestamptz)`,
  }));
}

/** SQL: true if the legacy columns of this row of the users table keep the user out now. */
export const isKeptOutSql = (row: string) => `gatehouse.kept_out(${row}, now())`;

/** Lists users whose e-mail differs from another user's only in case or blanks. */
export async function noteEmailConflicts(queries: Queries): Promise<void> {
  await queries.query('select gatehouse.note_email_conflicts()');
}
