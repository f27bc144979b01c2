import type { QueryRunner } from 'typeorm';
import type { Finding } from '../migrating/finding.js';

/** A value that is compared: SQL expressions on the row `u` (`u.itself` is the whole row) that compute it from the legacy columns and from ours. */
export interface ComparedValue {
  readonly column: string;
  readonly legacy: string;
  readonly ours: string;
}

/** A table and the values to compare. In every SQL expression `$1` is `startedAt`. */
export interface RowComparison {
  readonly table: string;
  /** Name of the comparison in the report. */
  readonly what: string;
  readonly idType: string;
  /** SQL after `from <table> u`. */
  readonly joins: string;
  readonly values: readonly ComparedValue[];
  /** Time at which the backfill began. */
  readonly startedAt: string;
  /** SQL: true if the row `u` was changed after `startedAt`. Such a row may differ. */
  readonly writtenSince: string;
}

export interface ComparedTable {
  readonly what: string;
  readonly rows: number;
  /** Rows that differ although they were not changed since the backfill. */
  readonly different: number;
  /** Rows that differ because they were changed in Gatehouse since. The legacy columns do not follow such changes. */
  readonly changedSince: number;
  /** Ids of different rows, each with the names of the columns that differ. */
  readonly examples: readonly string[];
  /** One checksum over all legacy values and one over all of ours. They do not depend on the order of the rows. */
  readonly checksums: readonly [legacy: string, ours: string];
}

interface Batch {
  readonly last: string | null;
  readonly rows: number;
  readonly different: number;
  readonly changedSince: number;
  readonly examples: string[] | null;
  readonly legacy: string;
  readonly ours: string;
}

const BATCH = 10_000;
const SHOWN = 10;

/** Compares 10,000 rows per statement, in the order of ids, so that memory and snapshots stay small for any table. */
export async function compareRows(
  queryRunner: QueryRunner,
  comparison: RowComparison,
): Promise<ComparedTable> {
  const total = { rows: 0, different: 0, changedSince: 0 };
  const examples: string[] = [];
  let checksums: [bigint, bigint] = [0n, 0n];
  for (let cursor: string | null = null; ;) {
    const [batch] = (await queryRunner.query(statement(comparison, cursor !== null), [
      comparison.startedAt,
      ...(cursor === null ? [] : [cursor]),
    ])) as [Batch];
    if (batch.last === null) break;
    cursor = batch.last;
    total.rows += batch.rows;
    total.different += batch.different;
    total.changedSince += batch.changedSince;
    examples.push(...(batch.examples ?? []).slice(0, SHOWN - examples.length));
    checksums = [checksums[0] ^ BigInt(batch.legacy), checksums[1] ^ BigInt(batch.ours)];
  }
  const [legacy, ours] = checksums;
  return { what: comparison.what, ...total, examples, checksums: [hexadecimal(legacy), hexadecimal(ours)] };
}

function statement(
  { table, idType, joins, values, writtenSince }: RowComparison,
  continues: boolean,
): string {
  const [legacy, ours] = [values.map((value) => value.legacy), values.map((value) => value.ours)];
  const column = (side: string, { column: name }: ComparedValue) => `${side} -> '${name}'`;
  const differing = values.map(
    (value) => `case when ${column('legacy', value)} <> ${column('ours', value)} then '${value.column}' end`,
  );
  const object = (expressions: readonly string[]) =>
    `jsonb_build_object(${values.map((value, n) => `'${value.column}', ${expressions[n]}`).join(', ')})`;
  return `
    with batch as materialized (
      select u.id, ${writtenSince} as since, ${object(legacy)} as legacy, ${object(ours)} as ours
      from (select t as itself, t.* from ${table} t where $1::timestamptz is not null ${continues ? `and t.id > $2::${idType}` : ''}
            order by t.id limit ${BATCH}) u ${joins}
    ), summed as (
      select id, since, ${checksum('legacy')} as legacy, ${checksum('ours')} as ours,
             concat_ws(', ', ${differing.join(', ')}) as columns
      from batch
    )
    select (select b.id::text from batch b order by b.id desc limit 1) as last,
           count(*)::integer as rows,
           (count(*) filter (where legacy <> ours and not since))::integer as different,
           (count(*) filter (where legacy <> ours and since))::integer as "changedSince",
           (array_agg(id::text || ' (' || columns || ')' order by id)
              filter (where legacy <> ours and not since))[1:${SHOWN}] as examples,
           coalesce(bit_xor(legacy), 0)::text as legacy, coalesce(bit_xor(ours), 0)::text as ours
    from summed`;
}

/** SQL of a row's checksum. It includes the id, because two rows with swapped values must count as different. */
function checksum(side: string): string {
  const digest = `sha256(convert_to(id::text || ${side}::text, 'UTF8'))`;
  return `('x' || encode(substring(${digest} for 8), 'hex'))::bit(64)::bigint`;
}

function hexadecimal(checksum: bigint): string {
  return BigInt.asUintN(64, checksum).toString(16).padStart(16, '0');
}

/** Makes one finding for each table in which rows differ. */
export function comparisonFindings(tables: readonly ComparedTable[]): Finding[] {
  return tables
    .filter(({ different }) => different > 0)
    .map(({ what, different, examples }) => ({
      level: 'error',
      area: 'data',
      message: `Rows of ${what} that differ from the legacy columns although Gatehouse has not changed them`,
      count: different,
      examples,
      remedy:
        'Find out which program changed only one side. Copy what the triggers missed: npm run switch-over -- catch-up',
    }));
}
