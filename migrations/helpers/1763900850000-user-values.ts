import type { QueryRunner } from 'typeorm';
import { needTable, quote, type ColumnFacts } from './1763900000000-catalogue.js';
import { readChoices } from './1763900000000-choices.js';
import { LOCKED, placeholder, readLegacyRules } from './1763900000000-legacy-rules.js';
import { FAMILIES } from './1763900000000-tables.js';
import { addedColumns } from './1763900000000-undo-journal.js';
import { readUserColumns } from './1763900000000-user-columns.js';

/** The value a column gets. */
export interface ColumnValue {
  /** Name in this database. */
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
  const named = await readUserColumns(queryRunner);
  const rules = await readLegacyRules(queryRunner);
  const { LEGACY_MISSING_EMAIL: missing } = await readChoices(queryRunner);
  const { normalised, presence } = rules.text;
  const u = (column: string) => `u.${quote(named(column))}`;

  const created = asInstant(u('created_at'), columns.get(named('created_at'))?.typeName);
  const updated = asInstant(u('updated_at'), columns.get(named('updated_at'))?.typeName);
  const conflict = (condition: string) =>
    `exists (select 1 from gatehouse.conflicts c where c.user_id = u.id::text and ${condition})`;
  const isMissing = `${presence(u('email'))} is null`;
  const hasPlaceholder = [
    conflict('c.gives_way'),
    missing === 'placeholder' ? isMissing : `${isMissing} and (${rules.deleted('u')})`,
  ].join(' or ');
  const email = `case when ${hasPlaceholder} then ${placeholder('u')}
    when ${conflict('not c.gives_way')}${missing === 'skip' ? ` or ${isMissing}` : ''} then ${u('email')}::text
    else ${normalised(u('email'))} end`;

  const limit = columns.get(named('name'))?.maxLength;
  const local = `coalesce(nullif(split_part(${normalised(u('email'))}, '@', 1), ''), ${presence(u('email'))}, u.id::text)`;
  const ownName = presence(u('name'));
  const name = `coalesce(${[...(rules.name ? [rules.name('u')] : []), ownName, local].join(', ')})`;

  const flags = [
    ...(rules.verified ? [rules.verified('u')] : []),
    ...(added.has(named('is_email_verified')) ? [] : [`coalesce(${u('is_email_verified')}, false)`]),
  ];
  const since = rules.verifiedAt ? `coalesce(${rules.verifiedAt('u')}, ${created.orNow})` : created.orNow;
  const ownTime = asInstant(u('email_verified'), columns.get(named('email_verified'))?.typeName).value;
  const verifiedAt =
    flags.length > 0 ? `coalesce(${ownTime}, case when ${flags.join(' or ')} then ${since} end)` : ownTime;
  // A placeholder is nobody's address, so it cannot be verified.
  const verified = `case when not (${hasPlaceholder}) then ${verifiedAt} end`;

  const [reason, until] = [rules.reason('u'), rules.until('u')];
  const locked = `coalesce(${until} > $1::timestamptz, false)`;
  const expressions: Record<string, string> = {
    email,
    name: limit ? `left(${name}, ${limit})` : name,
    email_verified: verified,
    is_email_verified: `(${verified}) is not null`,
    ...(rules.image ? { image: `coalesce(${rules.image('u')}, ${u('image')}::text)` } : {}),
    ...(rules.bars
      ? {
          banned: `coalesce(${u('banned')}, false) or (${reason}) is not null or ${locked}`,
          ban_reason: `case when coalesce(${u('banned')}, false) then ${u('ban_reason')}::text
            else coalesce(${u('ban_reason')}::text, ${reason}, case when ${locked} then '${LOCKED}' end) end`,
          ban_expires: `case when not coalesce(${u('banned')}, false) and (${reason}) is null and ${locked} and isfinite(${until})
            then ${until} else ${asInstant(u('ban_expires'), columns.get(named('ban_expires'))?.typeName).value} end`,
        }
      : { banned: `coalesce(${u('banned')}, false)` }),
    created_at: `coalesce(${created.value}, ${updated.value}, $1::timestamptz)`,
    updated_at: `coalesce(${updated.value}, ${created.value}, $1::timestamptz)`,
  };
  return Object.entries(expressions).map(([column, expression]) => ({
    column: named(column),
    expression: stored(expression, columns.get(named(column))),
    text: TEXTS.has(column),
    legacy: !added.has(named(column)),
  }));
}

/** Times without a zone mean UTC. A column may hold fewer digits of a second than the value has. */
function stored(expression: string, column: ColumnFacts | undefined): string {
  if (!column || !FAMILIES.time.includes(column.typeName)) return expression;
  const instant =
    column.typeName === 'timestamp' ? `((${expression}) at time zone 'UTC')` : `(${expression})`;
  return `${instant}::${column.type}`;
}

function asInstant(value: string, typeName: string | undefined) {
  const instant = typeName === 'timestamp' ? `(${value} at time zone 'UTC')` : value;
  // No server can read an infinite time. It counts as unknown.
  const finite = `case when isfinite(${instant}) then ${instant} end`;
  return { value: finite, orNow: `coalesce(${finite}, $1::timestamptz)` };
}
