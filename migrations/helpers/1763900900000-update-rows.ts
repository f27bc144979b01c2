import type { Range } from './1763900000000-batches.js';
import type { ColumnValue } from './1763900900000-user-values.js';

/** One statement for a batch: lock the rows as they are now, keep what will be lost, write what is different. */
export function updateRows(relation: string, values: readonly ColumnValue[], range: Range): string {
  const kept = values.filter((value) => value.legacy).map(({ column }) => column);
  return `
    with batch as materialized (
      select u.id,
             ${values.map(({ column, text }) => `u.${column}${text ? '::text' : ''} as old_${column}`).join(', ')},
             ${values.map(({ column, expression }) => `${expression} as new_${column}`).join(', ')}
      from ${relation} u where ${range('u.id')} order by u.id for no key update of u
    ), kept as (
      insert into gatehouse_original_values (relation, row_id, was, became)
      select '${relation}', id::text, ${changes(kept, 'old')}, ${changes(kept, 'new')} from batch
      where ${kept.map(differs).join(' or ') || 'false'}
      on conflict (relation, row_id) do nothing
    )
    update ${relation} set ${values.map(({ column }) => `${column} = batch.new_${column}`).join(', ')}
    from batch where ${relation}.id = batch.id and (${values.map(({ column }) => differs(column)).join(' or ')})`;
}

/** `{"email": ["Some@Example.com"]}`: each value in an array, so that a null that was there is not taken for none. */
function changes(columns: readonly string[], side: 'old' | 'new'): string {
  const pairs = columns.map(
    (column) => `'${column}', case when ${differs(column)} then jsonb_build_array(${side}_${column}) end`,
  );
  return `jsonb_strip_nulls(jsonb_build_object(${pairs.join(', ')}))`;
}

function differs(column: string): string {
  return `old_${column} is distinct from new_${column}`;
}

/** Of the row `u`: a column does not hold what the backfill would give it. */
export function isIncomplete(values: readonly ColumnValue[]): string {
  return values
    .map(
      ({ column, expression, text }) => `u.${column}${text ? '::text' : ''} is distinct from (${expression})`,
    )
    .join(' or ');
}
