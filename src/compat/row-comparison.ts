import type { QueryRunner } from 'typeorm';
import type { Finding } from '../migrating/finding.js';

/** One value of a row, as the legacy columns have it and as ours do: SQL expressions of the row `u`. */
export interface ComparedValue {
  readonly column: string;
  readonly legacy: string;
  readonly ours: string;
}

/** What is held against what; `$1` is `startedAt` in every expression. */
export interface RowComparison {
  readonly table: string;
  /** How it is called to the operator. */
  readonly what: string;
  readonly idType: string;
  /** What follows `from <table> u`. */
  readonly joins: string;
  readonly values: readonly ComparedValue[];
  readonly startedAt: string;
  /** Of the row `u`: it was written after that, so that it may lawfully have gone its own way. */
  readonly writtenSince: string;
}

export interface ComparedTable {
  readonly what: string;
  readonly rows: number;
  /** Rows with two different checksums that nobody has written since they came over. */
  readonly different: number;
  /** Rows with two different checksums that were changed here since, which the legacy columns do not follow. */
  readonly changedSince: number;
  /** Ids, and the columns that are not the same. */
  readonly examples: readonly string[];
  /** Over all rows, in whatever order: of the legacy side and of ours. */
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

/** Row by row, in batches by id that each see one moment: memory and snapshots stay small whatever the size. */
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

function statement({ table, idType, joins, values, writtenSince }: RowComparison, goesOn: boolean): string {
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
      from (select * from ${table} where $1::timestamptz is not null ${goesOn ? `and id > $2::${idType}` : ''}
            order by id limit ${BATCH}) u ${joins}
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

/** Of the row, its id included, so that two rows that have changed places are not taken for the same. */
function checksum(side: string): string {
  const digest = `sha256(convert_to(id::text || ${side}::text, 'UTF8'))`;
  return `('x' || encode(substring(${digest} for 8), 'hex'))::bit(64)::bigint`;
}

function hexadecimal(checksum: bigint): string {
  return BigInt.asUintN(64, checksum).toString(16).padStart(16, '0');
}

/** The rows that differ, as a fault of the database. */
export function comparisonFindings(tables: readonly ComparedTable[]): Finding[] {
  return tables
    .filter(({ different }) => different > 0)
    .map(({ what, different, examples }) => ({
      level: 'error',
      area: 'data',
      message: `rows (${what}) are not what the legacy columns say, and nobody has written them since`,
      count: different,
      examples,
      remedy: 'Find out who changed one side alone; npm run switch-over -- catch-up brings over what can be.',
    }));
}
