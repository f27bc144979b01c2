import { DEACTIVATED } from './dual-write.js';
import { readLegacyColumns } from './legacy-columns.js';
import type { Queries } from './queries.js';
import { readTableColumns } from './table-columns.js';
import { textExpressions } from './text-expressions.js';

/** The value that the backfill writes to a column of `users`. */
export interface UserValue {
  readonly column: string;
  /** SQL on the row `u`; `$1` is the time at which the backfill began. */
  readonly expression: string;
  readonly text: boolean;
  /** True if the column existed before the migrations. Its old value is then saved, so that a revert can restore it. */
  readonly legacy: boolean;
}

const TEXTS = new Set(['email', 'name', 'image', 'ban_reason']);

/** Computes the values of our columns in `users` from the legacy columns. */
export async function userValues(queries: Queries): Promise<UserValue[]> {
  const added = await addedColumns(queries);
  const columns = await readTableColumns(queries, 'users');
  const legacy = await readLegacyColumns(queries);
  const { normalised, presence } = await textExpressions(queries);

  const created = 'coalesce(u.created_at, u.updated_at, $1::timestamptz)';
  const email = `case when exists (select 1 from gatehouse.conflicts c where c.user_id = u.id::text)
    then u.email::text else ${normalised('u.email')} end`;
  const local = `coalesce(nullif(split_part(${normalised('u.email')}, '@', 1), ''), u.email::text)`;
  const limit = columns.get('name')?.maxLength;
  const names = [legacy.name, 'name'].filter((column) => column !== undefined);
  const name = `coalesce(${names.map((column) => presence(`u.${column}`)).join(', ')}, ${local})`;
  const verified = [legacy.verified, added.has('is_email_verified') ? undefined : 'is_email_verified']
    .filter((column) => column !== undefined)
    .map((column) => `coalesce(u.${column}, false)`);
  const verifiedAt =
    verified.length > 0
      ? `coalesce(u.email_verified, case when ${verified.join(' or ')} then ${created} end)`
      : 'u.email_verified';
  const inactive = legacy.active ? `u.${legacy.active} is false` : 'false';

  const expressions: Record<string, string> = {
    email,
    name: limit ? `left(${name}, ${limit})` : name,
    image: legacy.image ? `coalesce(${presence(`u.${legacy.image}`)}, u.image::text)` : 'u.image::text',
    email_verified: verifiedAt,
    is_email_verified: `(${verifiedAt}) is not null`,
    banned: `coalesce(u.banned, false) or ${inactive}`,
    ban_reason: `coalesce(u.ban_reason::text, case when ${inactive} then '${DEACTIVATED}' end)`,
    created_at: created,
    updated_at: 'coalesce(u.updated_at, u.created_at, $1::timestamptz)',
  };
  return Object.entries(expressions)
    .filter(([column]) => column !== 'image' || legacy.image !== 'image')
    .map(([column, expression]) => ({
      column,
      expression,
      text: TEXTS.has(column),
      legacy: !added.has(column),
    }));
}

/** Columns of `users` that the migrations added, without those that the adoption of the table added beside legacy columns. */
async function addedColumns(queries: Queries): Promise<Set<string>> {
  const rows = (await queries.query(
    `select name from gatehouse.undo
     where kind = 'column' and relation = 'users' and migration not like 'AdoptTables%'`,
  )) as { name: string }[];
  return new Set(rows.map((row) => row.name));
}
