import type { QueryRunner } from 'typeorm';
import { needTable, quote, type ColumnFacts } from './1763900000000-catalogue.js';
import { FAMILIES, tableName, type ColumnDefinition } from './1763900000000-tables.js';
import { definitionsOf } from './1763900000000-user-columns.js';

/** A column of ours, and the legacy column that a trigger keeps equal to it. */
export interface MirroredPair {
  readonly ours: ColumnDefinition;
  readonly theirs: ColumnFacts;
  /** `ms` if the legacy column is a number of milliseconds since 1970, `s` for every other column. */
  readonly unit: 'ms' | 's';
}

/** Pairs of columns that a trigger keeps equal. */
export async function readMirrored(queryRunner: QueryRunner, table: string): Promise<MirroredPair[]> {
  const rows = (await queryRunner.query(
    `select substr(purpose, length($1) + 2) as ours, column_name as theirs, unit from gatehouse.legacy_columns
     where starts_with(purpose, $1 || '.') order by purpose`,
    [table],
  )) as { ours: string; theirs: string; unit: 'ms' | 's' }[];
  if (rows.length === 0) return [];
  const { columns } = await needTable(queryRunner, tableName(table));
  const definitions = await definitionsOf(queryRunner, table);
  return rows.flatMap((row) => {
    const ours = definitions.find(({ name }) => name === row.ours);
    const theirs = columns.get(row.theirs);
    return ours && theirs ? [{ ours, theirs, unit: row.unit }] : [];
  });
}

/** SQL that computes our value from the legacy column of `row`. */
export function toOurs(row: string, { ours, theirs }: MirroredPair): string {
  const value = `${row}.${quote(theirs.name)}`;
  return ours.family === 'time' ? asTime(value, theirs.typeName) : value;
}

/** SQL that computes the legacy value from our column of `row`. */
export function toTheirs(row: string, { ours, theirs, unit }: MirroredPair): string {
  const value = `${row}.${ours.name}`;
  if (ours.family !== 'time') return value;
  if (theirs.typeName === 'timestamp') return `(${value} at time zone 'UTC')`;
  if (theirs.typeName === 'date') return `(${value} at time zone 'UTC')::date`;
  if (theirs.typeName === 'timestamptz') return value;
  const factor = unit === 'ms' ? ' * 1000' : '';
  const number = `case when isfinite(${value}) then floor(extract(epoch from ${value})${factor})::bigint end`;
  return FAMILIES.string.includes(theirs.typeName) ? `(${number})::text` : `(${number})`;
}

/** SQL: our value of `row`, reduced to the precision of the legacy column, so that both can be compared. */
export function asExactAsTheirs(row: string, pair: MirroredPair): string {
  const theirs = `(${toTheirs(row, pair)})::${pair.theirs.type}`;
  return pair.ours.family === 'time' ? asTime(theirs, pair.theirs.typeName) : theirs;
}

/** Numbers of this size count milliseconds. As seconds they would be later than the year 5138. */
const MILLISECONDS = 1e11;

/**
 * SQL: the value of a legacy column as `timestamptz`, null if it is no time. Times without a zone mean UTC. Numbers
 * count seconds or milliseconds since 1970.
 */
export function asTime(value: string, typeName: string): string {
  if (typeName === 'timestamptz') return value;
  if (typeName === 'timestamp') return `(${value} at time zone 'UTC')`;
  if (typeName === 'date') return `(${value}::timestamp at time zone 'UTC')`;
  const number = (digits: string) => {
    // Within the years 1 and 9999, because an error in a trigger would refuse the write. A null stays null.
    const n = `(case when (${digits}) is not null then least(greatest((${digits})::numeric, -62135596800000), 253402300799000) end)`;
    return `to_timestamp((case when abs(${n}) >= ${MILLISECONDS} then ${n} / 1000.0 else ${n} end)::double precision)`;
  };
  if (!FAMILIES.string.includes(typeName)) return number(value);
  return `(case when ${value} ~ '^-?\\d{1,15}(\\.\\d+)?$' then ${number(`${value}::numeric`)}
    when ${value} ~ '^\\d{4}-\\d\\d-\\d\\d' then ${value}::timestamptz end)`;
}

/** Milliseconds or seconds, by the numbers in the column's first rows. */
export async function readUnit(
  queryRunner: QueryRunner,
  table: string,
  column: ColumnFacts,
): Promise<'ms' | 's'> {
  if ([...FAMILIES.time, 'date', 'bool'].includes(column.typeName)) return 's';
  const value = `${quote(column.name)}::text`;
  const [row] = (await queryRunner.query(
    `select coalesce(max(abs(digits::numeric)) >= ${MILLISECONDS}, ${FAMILIES.string.includes(column.typeName)}) as large from (
       select ${value} as digits from ${table} where ${value} ~ '^-?\\d{1,15}(\\.\\d+)?$' limit 1000) as sample`,
  )) as { large: boolean }[];
  return row?.large ? 'ms' : 's';
}
