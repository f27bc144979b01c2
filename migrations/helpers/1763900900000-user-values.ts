import type { QueryRunner } from 'typeorm';
import { needTable, quote } from './1763900000000-catalogue.js';
import { readLegacyColumns } from './1763900000000-legacy-columns.js';
import { textExpressions } from './1763900000000-text.js';
import { addedColumns } from './1763900000000-undo-journal.js';
import { DEACTIVATED } from './1763900850000-credential-account.js';

/** The value a column gets. */
export interface ColumnValue {
  readonly column: string;
  /** SQL on the row `u`. `$1` is the time at which the backfill began. */
  readonly expression: string;
  readonly text: boolean;
  /** True if the column existed before the migrations, so that its old value is saved for `down`. */
  readonly legacy: boolean;
}

const TEXTS = new Set(['email', 'name', 'image', 'ban_reason']);

/** Values of our columns in `users`, computed from the chosen legacy columns. */
export async function userValues(queryRunner: QueryRunner): Promise<ColumnValue[]> {
  const added = await addedColumns(queryRunner, 'users');
  const { columns } = await needTable(queryRunner, 'users');
  const legacy = await readLegacyColumns(queryRunner);
  const { normalised, presence } = await textExpressions(queryRunner);

  const created = 'coalesce(u.created_at, u.updated_at, $1::timestamptz)';
  const email = `case when exists (select 1 from gatehouse.conflicts c where c.user_id = u.id::text)
    then u.email::text else ${normalised('u.email')} end`;
  const local = `coalesce(nullif(split_part(${normalised('u.email')}, '@', 1), ''), u.email::text)`;
  const limit = columns.get('name')?.maxLength;
  const names = [legacy.name, 'name'].filter((column) => column !== undefined);
  const name = `coalesce(${names.map((column) => presence(`u.${quote(column)}`)).join(', ')}, ${local})`;
  const verified = [legacy.verified, added.has('is_email_verified') ? undefined : 'is_email_verified']
    .filter((column) => column !== undefined)
    .map((column) => `coalesce(u.${quote(column)}, false)`);
  const verifiedAt =
    verified.length > 0
      ? `coalesce(u.email_verified, case when ${verified.join(' or ')} then ${created} end)`
      : 'u.email_verified';
  const inactive = legacy.active ? `u.${quote(legacy.active)} is false` : 'false';

  const expressions: Record<string, string> = {
    email,
    name: limit ? `left(${name}, ${limit})` : name,
    image: legacy.image
      ? `coalesce(${presence(`u.${quote(legacy.image)}`)}, u.image::text)`
      : 'u.image::text',
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
