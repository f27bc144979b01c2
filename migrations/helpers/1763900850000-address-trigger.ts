import type { QueryRunner } from 'typeorm';
import { needTable, quote } from './1763900000000-catalogue.js';
import { readChoices, type Choices } from './1763900000000-choices.js';
import { columnFor } from './1763900000000-legacy-columns.js';
import { placeholder, readLegacyRules, type LegacyRules } from './1763900000000-legacy-rules.js';
import { withTheirPath } from './1763900000000-own-functions.js';
import { ROUGH_ADDRESS } from './1763900000000-text.js';
import { addedColumns } from './1763900000000-undo-journal.js';
import { refusedTwins } from './1763900700000-address-index.js';
import { keepOriginal, NOTE_FAILURE, type DualWrite } from './1763900850000-dual-write.js';

const rough = (row: string) => ROUGH_ADDRESS.replace('email', `${row}.email`);
/** True if normalizing another row's e-mail would give this one. */
const UNNORMALISED = `u.email::text <> ${rough('u')} and ${rough('u')} = address and u.id is distinct from new.id`;
const NORMALISED = 'u.email = address and u.id is distinct from new.id';
/** Two conditions, because PostgreSQL may scan the whole table for a combined one. Each of these uses its own index. */
const TAKEN = `(exists (select 1 from {users} u where ${NORMALISED}) or exists (select 1 from {users} u where ${UNNORMALISED}))`;

/** True if the row `u` has the e-mail that is written: as it is now, or as it was before it was normalized. */
const SPELT_ALIKE = `u.email = address and exists (
  select 1 from gatehouse.original_values o where o.relation = 'users' and o.row_id = u.id::text
    and o.was -> 'email' ->> 0 = new.email::text and o.became -> 'email' ->> 0 = address)`;
const TWIN = `u.id is distinct from new.id and (u.email::text = new.email::text or ${SPELT_ALIKE})`;

/**
 * Trims and lower-cases each e-mail that is written. If another row has that address, both rows keep their spelling and
 * are reported. If the legacy application inserts a user whose e-mail equals one that was normalized earlier, that
 * earlier row gets its old spelling back, because for the legacy application the address was free. A deleted user gives
 * way to a live one.
 */
export async function addressTrigger(queryRunner: QueryRunner): Promise<DualWrite> {
  const rules = await readLegacyRules(queryRunner);
  const { normalised, presence } = rules.text;
  const choices = await readChoices(queryRunner);
  const isRequired = (await needTable(queryRunner, 'users')).columns.get('email')?.notNull ?? false;
  const byLegacyApplication = await evidence(queryRunner, rules);
  const twins = await twinRules(queryRunner, rules, choices);
  const deleted = rules.columns.filter(({ purpose }) => purpose === 'deleted').map(({ name }) => quote(name));
  const isRestored = `(${rules.deleted('old')}) and not (${rules.deleted('new')})`;
  const spelling = 'old.email::text is distinct from new.email::text';
  return {
    name: 'users_address',
    table: 'users',
    lockTimeout: 500,
    triggers: [
      { events: 'before insert' },
      {
        events: `before update of ${[...(await addresses(queryRunner)), ...deleted].join(', ')}`,
        when: deleted.length > 0 ? `(${spelling} or ${isRestored})` : spelling,
      },
    ],
    declarations: `
      written record := new;
      address text := ${normalised('new.email')};
      earlier text; other record;`,
    body: `
        if tg_op = 'UPDATE' and ${spelling} then
          delete from gatehouse.conflicts where user_id = new.id::text;
          update gatehouse.original_values set was = was - 'email', became = became - 'email'
          where relation = 'users' and row_id = new.id::text and was ? 'email';
        elsif tg_op = 'UPDATE' then
          -- The user is no longer deleted. Give back the address, if nobody has it now.
          ${giveBack(normalised('earlier'), twins.refused)}
          exit work;
        end if;
        if ${presence('new.email')} is null then
          -- Before the migrations the column refused such a row, so it still does.
          ${isRequired ? 'if new.email is null then exit work; end if;' : ''}
          ${choices.LEGACY_MISSING_EMAIL === 'skip' ? '' : giveUp('address')}
          exit work;
        end if;
        -- A running batch of the backfill may be giving another row this address. Wait until it has finished.
        perform 1 from {users} u where ${UNNORMALISED} for no key update;
        ${deleted.length > 0 ? deletedRows(rules) : ''}
        ${twins.check}
        if ${byLegacyApplication} then ${RESTORE_SPELLING} end if;
        if new.email::text <> address and not ${TAKEN} then
          ${keepOriginal(
            `jsonb_build_object('email', jsonb_build_array(new.email))`,
            `jsonb_build_object('email', jsonb_build_array(address))`,
          )}
          new.email := address;
          exit work;
        end if;
        ${NOTE_CONFLICT}`,
    onFailure: `
        ${NOTE_FAILURE}
        new := written;`,
  };
}

interface TwinRules {
  /** SQL: condition on a row `u` because of which the legacy table refuses the row that is written. */
  readonly refused: string | undefined;
  readonly check: string;
}

async function twinRules(queryRunner: QueryRunner, rules: LegacyRules, choices: Choices): Promise<TwinRules> {
  const refuses = await refusedTwins(queryRunner);
  if (refuses) {
    const refused = refuses === 'alike' ? 'u.email = address' : SPELT_ALIKE;
    return { refused, check: refuseTwin(refused) };
  }
  const keepsNewest = choices.LEGACY_DUPLICATE_EMAIL === 'keep-newest';
  return { refused: undefined, check: twinRows(keepsNewest, await ownInsert(queryRunner, rules)) };
}

/** SQL: true if Gatehouse or Better Auth inserts the row. Only they give a name of ours and no legacy password. */
async function ownInsert(queryRunner: QueryRunner, { columns }: LegacyRules): Promise<string> {
  if (!(await addedColumns(queryRunner, 'users')).has('name')) return 'false';
  const password = columnFor(columns, 'password');
  return `tg_op = 'INSERT' and new.name is not null${password ? ` and new.${quote(password.name)} is null` : ''}`;
}

/** Gives the row `other` its new e-mail. */
const SET_EMAIL = withTheirPath(
  'update {users} u set email = other.email where u.id operator(pg_catalog.=) other.id;',
);

const RESTORE_SPELLING = `
          for other in
            select u.id, o.was -> 'email' ->> 0 as email from {users} u, gatehouse.original_values o
            where u.email = address and u.id is distinct from new.id
              and o.relation = 'users' and o.row_id = u.id::text and o.became -> 'email' ->> 0 = address
            for no key update of u
          loop ${SET_EMAIL} end loop;`;

const NOTE_CONFLICT = `
        if ${TAKEN} then
          insert into gatehouse.conflicts (user_id, email, normalised_email)
          select u.id::text, u.email::text, address from {users} u where ${NORMALISED}
          union all select u.id::text, u.email::text, address from {users} u where ${UNNORMALISED}
          union all select new.id::text, new.email::text, address
          on conflict (user_id) do nothing;
        end if;`;

/** If the legacy table would refuse this e-mail, refuses it too. Otherwise keeps the old spelling and lists a conflict. */
const refuseOrKeep = (alike: string) => `
            new.email := earlier;
            if exists (select 1 from {users} u where u.id is distinct from new.id and ${alike}) then
              new.email := address;
            else ${NOTE_CONFLICT}
            end if;`;

/** Gives a user who is no longer deleted the address of before. */
const giveBack = (normalised: string, refused: string | undefined) => `
          select was -> 'email' ->> 0 into earlier from gatehouse.original_values
          where relation = 'users' and row_id = new.id::text and became -> 'email' ->> 0 = new.email::text;
          address := ${normalised};
          if earlier is not null and not ${TAKEN} then
            delete from gatehouse.conflicts where user_id = new.id::text;
            new.email := address;
          ${refused ? `elsif earlier is not null then ${refuseOrKeep(refused)}` : ''}
          end if;`;

/** Gives the written row a placeholder address, and saves the e-mail that the legacy application wrote. */
function giveUp(address: string): string {
  return `
          ${address} := ${placeholder('new')};
          if exists (select 1 from {users} u where u.email = ${address} and u.id is distinct from new.id) then
            -- Somebody has signed up with this very address.
            ${address} := replace(gen_random_uuid()::text, '-', '') || '@users.invalid';
          end if;
          ${keepOriginal(
            `jsonb_build_object('email', jsonb_build_array(new.email))`,
            `jsonb_build_object('email', jsonb_build_array(${address}))`,
          )}
          new.email := ${address};`;
}

/** The legacy table refuses such a row, so ours refuses it too, and `on conflict` finds the other row. */
const refuseTwin = (alike: string) => `
        if exists (select 1 from {users} u where u.id is distinct from new.id and ${alike}) then
          new.email := address;
          exit work;
        end if;`;

/**
 * The legacy application has no unique index of its own, so it may give the same e-mail to two users, but ours refuses
 * that. One of them gives way: the older user if the operator chose so, otherwise the row that is written.
 */
function twinRows(keepsNewest: boolean, isOwn: string): string {
  const twin = TWIN;
  const theirs = `
          insert into gatehouse.conflicts (user_id, email, normalised_email, gives_way)
          select u.id::text, u.email::text, address, true from {users} u where ${twin}
          on conflict (user_id) do update set gives_way = true;
          ${othersGiveWay(twin)}`;
  const ours = `
          insert into gatehouse.conflicts (user_id, email, normalised_email, gives_way)
          values (new.id::text, new.email::text, address, true)
          on conflict (user_id) do update set gives_way = true;
          ${giveUp('address')}
          exit work;`;
  return `
        if not (${isOwn}) and exists (select 1 from {users} u where ${twin}) then
          ${keepsNewest ? `if tg_op = 'INSERT' then ${theirs} else ${ours} end if;` : ours}
        end if;`;
}

/** Gives other rows a placeholder address. `condition` is SQL on the row `u`. */
function othersGiveWay(condition: string): string {
  return `
          insert into gatehouse.original_values as kept (relation, row_id, was, became)
          select 'users', u.id::text, jsonb_build_object('email', jsonb_build_array(u.email)),
                 jsonb_build_object('email', jsonb_build_array(${placeholder('u')}))
          from {users} u where ${condition}
          on conflict (relation, row_id) do update
          set was = excluded.was || kept.was, became = kept.became || excluded.became;
          for other in
            select u.id, ${placeholder('u')} as email from {users} u where ${condition} for no key update
          loop ${SET_EMAIL} end loop;`;
}

/** Deleted users give way: those in the table if the row is live, and the row itself if it is deleted. */
function deletedRows(rules: LegacyRules): string {
  const other = `u.id is distinct from new.id and (u.email = address or ${UNNORMALISED}) and (${rules.deleted('u')})`;
  return `
        if ${rules.deleted('new')} then
          if ${TAKEN} then
            ${giveUp('address')}
            exit work;
          end if;
        else
          ${othersGiveWay(other)}
        end if;`;
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
async function evidence(queryRunner: QueryRunner, { columns }: LegacyRules): Promise<string> {
  const password = columnFor(columns, 'password');
  const added = await addedColumns(queryRunner, 'users');
  const { columns: present } = await needTable(queryRunner, 'users');
  const signs = [
    ...(password ? [`new.${quote(password.name)} is not null`] : []),
    ...(added.has('name') && present.has('name') ? ['new.name is null'] : []),
  ];
  return `tg_op = 'INSERT' and (${signs.join(' or ') || 'false'})`;
}
