import type { QueryRunner } from 'typeorm';
import type { ColumnPair } from './1763900000000-adoption.js';
import { needTable, quote } from './1763900000000-catalogue.js';
import { FAMILIES, TABLES } from './1763900000000-tables.js';

/** Pairs of columns that a trigger keeps equal. */
export async function readMirrored(queryRunner: QueryRunner, table: string): Promise<ColumnPair[]> {
  const rows = (await queryRunner.query(
    `select substr(purpose, length($1) + 2) as ours, column_name as theirs from gatehouse.legacy_columns
     where starts_with(purpose, $1 || '.') order by purpose`,
    [table],
  )) as { ours: string; theirs: string }[];
  if (rows.length === 0) return [];
  const { columns } = await needTable(queryRunner, table);
  return rows.flatMap((row) => {
    const ours = TABLES[table]?.find(({ name }) => name === row.ours);
    const theirs = columns.get(row.theirs);
    return ours && theirs ? [{ ours, theirs }] : [];
  });
}

/** SQL that computes our value from the legacy column of `row`. */
export function toOurs(row: string, { ours, theirs }: ColumnPair): string {
  const value = `${row}.${quote(theirs.name)}`;
  if (theirs.typeName === 'timestamp') return `(${value} at time zone 'UTC')`;
  if (!isTimeAsText({ ours, theirs })) return value;
  return `case when ${value} ~ '^\\d+$' then to_timestamp(${value}::numeric / 1000) else ${value}::timestamptz end`;
}

/** SQL that computes the legacy value from our column of `row`. */
export function toTheirs(row: string, { ours, theirs }: ColumnPair): string {
  const value = `${row}.${ours.name}`;
  if (theirs.typeName === 'timestamp') return `(${value} at time zone 'UTC')`;
  return isTimeAsText({ ours, theirs }) ? `floor(extract(epoch from ${value}) * 1000)::bigint::text` : value;
}

/** True if the legacy column holds Auth.js's milliseconds since 1970 as text. */
function isTimeAsText({ ours, theirs }: ColumnPair): boolean {
  return ours.family === 'time' && FAMILIES.string.includes(theirs.typeName);
}
