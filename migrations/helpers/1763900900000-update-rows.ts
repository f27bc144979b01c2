import type { QueryRunner } from 'typeorm';
import type { Range } from './1763900000000-walk.js';
import type { ColumnValue } from './1763900850000-user-values.js';

interface Update {
  /** Our name of the table, under which old values are saved. */
  readonly relation: string;
  /** Name of the table in this database. */
  readonly target?: string;
  readonly values: readonly ColumnValue[];
  readonly range: Range;
  /** Value of `$1` in the expressions, if they use it. */
  readonly startedAt?: string;
}

/**
 * First updates the few rows in which a value from before the migrations changes: locks them, saves that value, then
 * writes. Then updates all other rows that lack a value of ours, in one statement. If another session changes a row in
 * between so that it would lose a value, the row is left as it is.
 */
export async function updateRows(queryRunner: QueryRunner, update: Update): Promise<void> {
  const { relation, target = relation, values, range, startedAt } = update;
  const parameters = startedAt === undefined ? [] : [startedAt];
  const [legacy, ours] = [values.filter((value) => value.legacy), values.filter((value) => !value.legacy)];
  if (legacy.length > 0) await queryRunner.query(updateAndKeep(update), parameters);
  if (ours.length === 0) return;
  const losesNothing = legacy.length > 0 ? `and not (${isIncomplete(legacy)})` : '';
  await queryRunner.query(
    `update ${target} u set ${ours.map(({ column, expression }) => `${column} = ${expression}`).join(', ')}
     where ${range('u')} and (${isIncomplete(ours)}) ${losesNothing}`,
    parameters,
  );
}

function updateAndKeep({ relation, target = relation, values, range }: Update): string {
  const legacy = values.filter((value) => value.legacy);
  const kept = legacy.map(({ column }) => column);
  return `
    with batch as materialized (
      select u.id,
             ${kept.map((column) => `u.${column} as old_${column}`).join(', ')},
             ${values.map(({ column, expression }) => `${expression} as new_${column}`).join(', ')}
      from ${target} u where ${range('u')} and (${isIncomplete(legacy)}) order by u.id for no key update of u
    ), kept as (
      insert into gatehouse.original_values (relation, row_id, was, became)
      select '${relation}', id::text, ${changes(legacy, 'old')}, ${changes(legacy, 'new')} from batch
      on conflict (relation, row_id) do nothing
    )
    update ${target} set ${values.map(({ column }) => `${column} = batch.new_${column}`).join(', ')}
    from batch where ${target}.id = batch.id`;
}

/** `{"email": ["Some@Example.com"]}`. Each value is in an array, so that an old null differs from "not changed". */
function changes(values: readonly ColumnValue[], side: 'old' | 'new'): string {
  const pairs = values.map(({ column, text }) => {
    const differs = `old_${column}${text ? '::text' : ''} is distinct from new_${column}`;
    return `'${column}', case when ${differs} then jsonb_build_array(${side}_${column}${text ? '::text' : ''}) end`;
  });
  return `jsonb_strip_nulls(jsonb_build_object(${pairs.join(', ')}))`;
}

/** SQL: true if a column of the row `u` differs from the value that the backfill gives it. */
export function isIncomplete(values: readonly ColumnValue[]): string {
  return values
    .map(
      ({ column, expression, text }) => `u.${column}${text ? '::text' : ''} is distinct from (${expression})`,
    )
    .join(' or ');
}
