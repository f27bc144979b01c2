import pg from 'pg';
import type { Queries } from './queries.js';
import { readTableColumns, type TableColumn } from './table-columns.js';

/** A column of ours and the legacy column with the same meaning. A trigger keeps both equal. */
export interface MirroredColumn {
  readonly ours: TableColumn;
  readonly theirs: TableColumn;
}

/** The mirrored columns of every table that has some, by table. */
export async function readMirroredColumns(queries: Queries): Promise<Map<string, MirroredColumn[]>> {
  const rows = (await queries.query(
    `select split_part(purpose, '.', 1) as "table", split_part(purpose, '.', 2) as ours, column_name as theirs
     from gatehouse.legacy_columns where strpos(purpose, '.') > 0 order by purpose`,
  )) as { table: string; ours: string; theirs: string }[];
  const mirrored = new Map<string, MirroredColumn[]>();
  for (const table of new Set(rows.map((row) => row.table))) {
    const columns = await readTableColumns(queries, table);
    const pairs = rows
      .filter((row) => row.table === table)
      .flatMap((row) => {
        const [ours, theirs] = [columns.get(row.ours), columns.get(row.theirs)];
        return ours && theirs ? [{ ours, theirs }] : [];
      });
    if (pairs.length > 0) mirrored.set(table, pairs);
  }
  return mirrored;
}

/** SQL that computes our value from the legacy column of `row`. */
export function toOurs(row: string, column: MirroredColumn): string {
  const value = `${row}.${pg.escapeIdentifier(column.theirs.name)}`;
  if (column.theirs.typeName === 'timestamp') return `(${value} at time zone 'UTC')`;
  if (!isTimeAsText(column)) return value;
  return `case when ${value} ~ '^\\d+$' then to_timestamp(${value}::numeric / 1000) else ${value}::timestamptz end`;
}

/** SQL that computes the legacy value from our column of `row`. */
export function toTheirs(row: string, column: MirroredColumn): string {
  const value = `${row}.${column.ours.name}`;
  if (column.theirs.typeName === 'timestamp') return `(${value} at time zone 'UTC')`;
  return isTimeAsText(column) ? `floor(extract(epoch from ${value}) * 1000)::bigint::text` : value;
}

/** True if the legacy column holds a time as text. Auth.js writes milliseconds since 1970. */
function isTimeAsText({ ours, theirs }: MirroredColumn): boolean {
  return ours.typeName === 'timestamptz' && ['text', 'varchar', 'bpchar', 'citext'].includes(theirs.typeName);
}
