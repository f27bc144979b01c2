import type { Queries } from './queries.js';
import type { UserValue } from './user-values.js';

interface Update {
  readonly values: readonly UserValue[];
  /** SQL on the row `u`: the users to update. */
  readonly condition: string;
  /** The time that `$1` stands for in the values, if they mention it. */
  readonly startedAt?: string;
}

/**
 * Sets the columns of users that do not have their value yet. The first statement updates users that lose a value from
 * before the migrations: it locks them and saves the old value in `gatehouse.original_values`. The second statement
 * updates the others. If somebody changes a row in between so that it would lose a value too, that row is skipped.
 */
export async function updateUsers(queries: Queries, update: Update): Promise<void> {
  const { values, condition, startedAt } = update;
  const parameters = startedAt === undefined ? [] : [startedAt];
  const [legacy, ours] = [values.filter((value) => value.legacy), values.filter((value) => !value.legacy)];
  if (legacy.length > 0) await queries.query(updateAndKeep(update), parameters);
  if (ours.length === 0) return;
  const losesNothing = legacy.length > 0 ? `and not (${isIncomplete(legacy)})` : '';
  await queries.query(
    `update users u set ${ours.map(({ column, expression }) => `${column} = ${expression}`).join(', ')}
     where ${condition} and (${isIncomplete(ours)}) ${losesNothing}`,
    parameters,
  );
}

function updateAndKeep({ values, condition }: Update): string {
  const legacy = values.filter((value) => value.legacy);
  const kept = legacy.map(({ column }) => column);
  return `
    with batch as materialized (
      select u.id,
             ${kept.map((column) => `u.${column} as old_${column}`).join(', ')},
             ${values.map(({ column, expression }) => `${expression} as new_${column}`).join(', ')}
      from users u where ${condition} and (${isIncomplete(legacy)}) order by u.id for no key update of u
    ), kept as (
      insert into gatehouse.original_values (relation, row_id, was, became)
      select 'users', id::text, ${changes(legacy, 'old')}, ${changes(legacy, 'new')} from batch
      on conflict (relation, row_id) do nothing
    )
    update users set ${values.map(({ column }) => `${column} = batch.new_${column}`).join(', ')}
    from batch where users.id = batch.id`;
}

/** SQL of JSON such as `{"email": ["Some@Example.com"]}`. Each value is in an array, because null is a value too. */
function changes(values: readonly UserValue[], side: 'old' | 'new'): string {
  const pairs = values.map(({ column, text }) => {
    const differs = `old_${column}${text ? '::text' : ''} is distinct from new_${column}`;
    return `'${column}', case when ${differs} then jsonb_build_array(${side}_${column}${text ? '::text' : ''}) end`;
  });
  return `jsonb_strip_nulls(jsonb_build_object(${pairs.join(', ')}))`;
}

/** SQL on the row `u`: true if a column does not have its value yet. */
function isIncomplete(values: readonly UserValue[]): string {
  return values
    .map(
      ({ column, expression, text }) => `u.${column}${text ? '::text' : ''} is distinct from (${expression})`,
    )
    .join(' or ');
}
