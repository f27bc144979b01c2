import pg from 'pg';
import type { Queries } from './queries.js';
import type { ExpectedValue } from './expected-values.js';

interface Update {
  readonly values: readonly ExpectedValue[];
  /** SQL on the row `u`: the users to update. */
  readonly condition: string;
  /** The time that `$1` stands for in the values. */
  readonly startedAt: string;
}

/**
 * Sets the columns of users that do not have their value yet. The first statement updates users in which a value from
 * before the migrations changes: it locks them and saves the old value in `gatehouse.original_values`. The second statement
 * updates the others. If somebody changes a row in between so that it would lose a value too, that row is skipped.
 */
export async function updateUsers(queries: Queries, update: Update): Promise<void> {
  const { values, condition, startedAt } = update;
  const [legacy, ours] = [values.filter((value) => value.legacy), values.filter((value) => !value.legacy)];
  if (legacy.length > 0) await queries.query(updateAndKeep(update), [startedAt]);
  if (ours.length === 0) return;
  const losesNothing = legacy.length > 0 ? `and not (${isIncomplete(legacy)})` : '';
  await queries.query(
    `update users u set ${ours.map(({ column, expression }) => `${pg.escapeIdentifier(column)} = ${expression('u')}`).join(', ')}
     where $1::timestamptz is not null and ${condition} and (${isIncomplete(ours)}) ${losesNothing}`,
    [startedAt],
  );
}

function updateAndKeep({ values, condition }: Update): string {
  const legacy = values.filter((value) => value.legacy);
  const kept = legacy.map(({ column }) => column);
  return `
    with batch as materialized (
      select u.id,
             ${kept.map((column) => `u.${pg.escapeIdentifier(column)} as ${pg.escapeIdentifier(`old_${column}`)}`).join(', ')},
             ${values.map(({ column, expression }) => `${expression('u')} as ${pg.escapeIdentifier(`new_${column}`)}`).join(', ')}
      from users u where ${condition} and (${isIncomplete(legacy)}) order by u.id for no key update of u
    ), kept as (
      insert into gatehouse.original_values (relation, row_id, was, became)
      select 'users', id::text, ${changes(legacy, 'old')}, ${changes(legacy, 'new')} from batch
      on conflict (relation, row_id) do nothing
    )
    update users set ${values.map(({ column }) => `${pg.escapeIdentifier(column)} = batch.${pg.escapeIdentifier(`new_${column}`)}`).join(', ')}
    from batch where users.id = batch.id`;
}

/** SQL of JSON such as `{"email": ["Some@Example.com"]}`. Each value is in an array, because null is a value too. */
function changes(values: readonly ExpectedValue[], side: 'old' | 'new'): string {
  const pairs = values.map(({ column, text }) => {
    const [was, becomes, value] = ['old', 'new', side].map((of) => pg.escapeIdentifier(`${of}_${column}`));
    const differs = `${was}${text ? '::text' : ''} is distinct from ${becomes}`;
    return `'${column}', case when ${differs} then jsonb_build_array(${value}${text ? '::text' : ''}) end`;
  });
  return `jsonb_strip_nulls(jsonb_build_object(${pairs.join(', ')}))`;
}

/** SQL on the row `u`: true if a column does not have its value yet. */
function isIncomplete(values: readonly ExpectedValue[]): string {
  return values
    .map(
      ({ column, expression, text }) =>
        `u.${pg.escapeIdentifier(column)}${text ? '::text' : ''} is distinct from ${expression('u')}`,
    )
    .join(' or ');
}
