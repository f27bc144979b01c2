import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { readLegacyColumns } from './1763900000000-legacy-columns.js';
import { textExpressions } from './1763900000000-text.js';
import { addedColumns } from './1763900000000-undo-journal.js';
import { keepOriginal, NOTE_FAILURE, type DualWrite } from './1763900850000-dual-write.js';

/**
 * True if normalizing another row's e-mail would give this one. Worded so that PostgreSQL uses the partial index for
 * such rows.
 */
const UNNORMALISED = `u.email <> lower(btrim(u.email)) and lower(btrim(u.email)) = address
  and u.id is distinct from new.id`;
const NORMALISED = 'u.email = address and u.id is distinct from new.id';
/** Two conditions, because PostgreSQL may scan the whole table for a combined one. Each of these uses its own index. */
const TAKEN = `(exists (select 1 from users u where ${NORMALISED}) or exists (select 1 from users u where ${UNNORMALISED}))`;

/**
 * Trims and lower-cases an e-mail as it is written. If another row has that address, both rows keep their spelling and
 * are reported. If the legacy application inserts a user whose e-mail equals one that was normalized earlier, that
 * earlier row gets its old spelling back, because for the legacy application the address was free.
 */
export async function addressTrigger(queryRunner: QueryRunner): Promise<DualWrite> {
  const { normalised } = await textExpressions(queryRunner);
  const byLegacyApplication = await evidence(queryRunner);
  return {
    name: 'users_address',
    table: 'users',
    lockTimeout: 500,
    triggers: [
      { events: 'before insert', when: 'new.email is not null' },
      {
        events: `before update of ${(await addresses(queryRunner)).join(', ')}`,
        when: 'new.email is not null and old.email::text is distinct from new.email::text',
      },
    ],
    declarations: `
      written record := new;
      address users.email%type := ${normalised('new.email')};`,
    body: `
        if tg_op = 'UPDATE' then
          delete from gatehouse.conflicts where user_id = new.id::text;
          update gatehouse.original_values set was = was - 'email', became = became - 'email'
          where relation = 'users' and row_id = new.id::text and was ? 'email';
        end if;
        -- A running batch of the backfill may be giving another row this address. Wait until it has finished.
        perform 1 from users u where ${UNNORMALISED} for no key update;
        if ${byLegacyApplication} then
          update users u set email = o.was -> 'email' ->> 0
          from gatehouse.original_values o
          where u.email = address and u.id is distinct from new.id
            and o.relation = 'users' and o.row_id = u.id::text and o.became -> 'email' ->> 0 = address::text;
        end if;
        if new.email::text <> address::text and not ${TAKEN} then
          ${keepOriginal(
            `jsonb_build_object('email', jsonb_build_array(new.email))`,
            `jsonb_build_object('email', jsonb_build_array(address))`,
          )}
          new.email := address;
          exit work;
        end if;
        if ${TAKEN} then
          insert into gatehouse.conflicts (user_id, email, normalised_email)
          select u.id::text, u.email::text, address::text from users u where ${NORMALISED}
          union all select u.id::text, u.email::text, address::text from users u where ${UNNORMALISED}
          union all select new.id::text, new.email::text, address::text
          on conflict (user_id) do nothing;
        end if;`,
    onFailure: `
        ${NOTE_FAILURE}
        new := written;`,
  };
}

/** Columns that an update may set to change the e-mail: ours, and a legacy column that is mirrored. */
async function addresses(queryRunner: QueryRunner): Promise<string[]> {
  const mirrored = (await queryRunner.query(
    `select quote_ident(column_name) as name from gatehouse.legacy_columns where purpose = 'users.email'`,
  )) as { name: string }[];
  return ['email', ...mirrored.map(({ name }) => name)];
}

/**
 * SQL: true if the legacy application wrote the row. Only it inserts a legacy password or omits the name; Gatehouse and
 * Better Auth do neither. An update does not show its author.
 */
async function evidence(queryRunner: QueryRunner): Promise<string> {
  const { password } = await readLegacyColumns(queryRunner);
  const added = await addedColumns(queryRunner, 'users');
  const signs = [
    ...(password ? [`new.${quote(password)} is not null`] : []),
    ...(added.has('name') ? ['new.name is null'] : []),
  ];
  return `tg_op = 'INSERT' and (${signs.join(' or ') || 'false'})`;
}
