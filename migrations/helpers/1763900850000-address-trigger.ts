import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { readLegacyColumns } from './1763900000000-legacy-columns.js';
import { textExpressions } from './1763900000000-text.js';
import { addedColumns } from './1763900000000-undo-journal.js';
import { keepOriginal, NOTE_FAILURE, type DualWrite } from './1763900850000-dual-write.js';

/** Another row whose e-mail would be this one, were it normalised; by the index that holds only such rows. */
const UNNORMALISED = `u.email <> lower(btrim(u.email)) and lower(btrim(u.email)) = address
  and u.id is distinct from new.id`;
const NORMALISED = 'u.email = address and u.id is distinct from new.id';
/** Each by its own index: of the two in one condition PostgreSQL may make a scan of the whole table. */
const TAKEN = `(exists (select 1 from users u where ${NORMALISED}) or exists (select 1 from users u where ${UNNORMALISED}))`;

/**
 * An e-mail is trimmed and lower-cased as it is written, unless another row has that address: then both stay as they
 * are, and are reported. So does a row that was normalised before another one came: a new user of the legacy application
 * gets the address that is free there.
 */
export async function addressTrigger(queryRunner: QueryRunner): Promise<DualWrite> {
  const { normalised } = await textExpressions(queryRunner);
  const byLegacyApplication = await evidence(queryRunner);
  return {
    name: 'gatehouse_users_address',
    table: 'users',
    lockTimeout: 500,
    triggers: [
      { events: 'before insert', when: 'new.email is not null' },
      {
        events: `before update of ${(await addresses(queryRunner)).join(', ')}`,
        when: 'new.email is not null and old.email::text is distinct from new.email::text',
      },
    ],
    body: `
      declare
        written record := new;
        address users.email%type := ${normalised('new.email')};
      begin
        if tg_op = 'UPDATE' then
          delete from gatehouse_conflicts where user_id = new.id::text;
          update gatehouse_original_values set was = was - 'email', became = became - 'email'
          where relation = 'users' and row_id = new.id::text and was ? 'email';
        end if;
        -- A batch of the backfill may be about to give another row this address: it goes first.
        perform 1 from users u where ${UNNORMALISED} for no key update;
        if ${byLegacyApplication} then
          update users u set email = o.was -> 'email' ->> 0
          from gatehouse_original_values o
          where u.email = address and u.id is distinct from new.id
            and o.relation = 'users' and o.row_id = u.id::text and o.became -> 'email' ->> 0 = address::text;
        end if;
        if new.email::text <> address::text and not ${TAKEN} then
          ${keepOriginal(
            `jsonb_build_object('email', jsonb_build_array(new.email))`,
            `jsonb_build_object('email', jsonb_build_array(address))`,
          )}
          new.email := address;
          return new;
        end if;
        if ${TAKEN} then
          insert into gatehouse_conflicts (user_id, email, normalised_email)
          select u.id::text, u.email::text, address::text from users u where ${NORMALISED}
          union all select u.id::text, u.email::text, address::text from users u where ${UNNORMALISED}
          union all select new.id::text, new.email::text, address::text
          on conflict (user_id) do nothing;
        end if;
        return new;
      exception when others then
        ${NOTE_FAILURE}
        return written;
      end`,
  };
}

/** A legacy column of another name that is kept beside ours stands in the statement in its place. */
async function addresses(queryRunner: QueryRunner): Promise<string[]> {
  const mirrored = (await queryRunner.query(
    `select quote_ident(column_name) as name from gatehouse_legacy_columns where purpose = 'users.email'`,
  )) as { name: string }[];
  return ['email', ...mirrored.map(({ name }) => name)];
}

/** Neither this server nor Better Auth writes a legacy password or leaves the name out; of an update nothing can be told. */
async function evidence(queryRunner: QueryRunner): Promise<string> {
  const { password } = await readLegacyColumns(queryRunner);
  const added = await addedColumns(queryRunner, 'users');
  const signs = [
    ...(password ? [`new.${quote(password)} is not null`] : []),
    ...(added.has('name') ? ['new.name is null'] : []),
  ];
  return `tg_op = 'INSERT' and (${signs.join(' or ') || 'false'})`;
}
