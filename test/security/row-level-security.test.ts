import { randomBytes } from 'node:crypto';
import { legacyDatabase, migrate, revert, revertFrom } from '../migrations/support.js';
import type { PostgresVersion, TestDatabase } from '../setup/database.js';

/** The tables of Better Auth under its own names. Each user may see their own rows only. */
const OWN_ROWS = (reader: string) => `
  create table "user" (
    id text primary key, name text not null, email text not null unique, "emailVerified" boolean not null,
    image text, "createdAt" timestamptz not null, "updatedAt" timestamptz not null);
  create table session (
    id text primary key, "expiresAt" timestamptz not null, token text not null unique, "createdAt" timestamptz not null,
    "updatedAt" timestamptz not null, "ipAddress" text, "userAgent" text,
    "userId" text not null references "user" (id) on delete cascade);
  insert into "user" select who, who, who || '@example.com', true, null, now(), now() from unnest(array['ada', 'eve']) who;
  insert into session select 's-' || id, now() + interval '1 day', 'secret of ' || id, now(), now(), null, null, id from "user";
  alter table "user" enable row level security;
  alter table session enable row level security;
  create policy own_user on "user" for select using (id = current_setting('app.member', true));
  create policy own_session on session for select using ("userId" = current_setting('app.member', true));
  grant select on "user", session to ${reader};`;

const reader = `reader_${randomBytes(4).toString('hex')}`;
let database: TestDatabase;

async function start(version: PostgresVersion): Promise<void> {
  database = await legacyDatabase(version, 'select 1');
  await database.administer(`create role ${reader}`);
  await database.query(OWN_ROWS(reader));
}

// The passwords of these users are nowhere, because only the sessions matter here.
beforeAll(() => {
  process.env['LEGACY_PASSWORD_COLUMN'] = 'none';
});

afterAll(() => {
  delete process.env['LEGACY_PASSWORD_COLUMN'];
});

afterEach(async () => {
  await database.administer(`drop owned by ${reader}; drop role ${reader}`);
  await database.drop();
});

/** What the role sees as Eve. */
const asEve = (statement: string) =>
  database.administer<{ row: string }>(`set app.member to 'eve'; set role ${reader}; ${statement}`);

const protection = () =>
  database.query(`
    select c.relname, c.relrowsecurity, c.relacl::text, array(select polname || pg_get_expr(polqual, polrelid)
           from pg_policy where polrelid = c.oid order by 1) as policies
    from pg_class c where c.relname in ('user', 'session') and c.relkind = 'r' order by 1`);

const views = async () =>
  (
    await database.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'v' and n.nspname !~ '^(pg_|information)' order by 1`,
    )
  ).map(({ name }) => name);

test('no view of ours shows a role the sessions of other users, and the old names show what they showed', async () => {
  await start(18);
  await migrate(database);
  expect(await asEve('select token as row from session')).toEqual([{ row: 'secret of eve' }]);
  expect(await asEve('select token as row from sessions')).toEqual([{ row: 'secret of eve' }]);
  const all = await views();
  expect(all).toEqual(expect.arrayContaining(['public.sessions', 'public.users']));
  await database.administer(`grant usage on schema gatehouse to ${reader}`);
  for (const view of all) {
    await database.administer(`grant select on ${view} to ${reader}`);
    const rows = await asEve(`select v::text as row from ${view} v`);
    expect([view, rows.filter(({ row }) => row.includes('ada'))]).toEqual([view, []]);
  }
});

test('while the migrations run, the old names show what they showed', async () => {
  await start(18);
  await migrate(database);
  // Before the last migration, the tables have our names, and the old names are views.
  await revertFrom(database, 'KeepLegacyNames');
  expect(await views()).toEqual(expect.arrayContaining(['public.session', 'public."user"']));
  expect(await asEve('select token as row from session')).toEqual([{ row: 'secret of eve' }]);
  expect(await asEve('select id as row from "user"')).toEqual([{ row: 'eve' }]);
});

test('a revert restores the policies and the rights', async () => {
  await start(18);
  const before = await protection();
  expect(before).toMatchObject([{ relrowsecurity: true }, { relrowsecurity: true }]);
  await migrate(database);
  await revert(database);
  expect(await protection()).toEqual(before);
  expect(await asEve('select token as row from session')).toEqual([{ row: 'secret of eve' }]);
});

test('PostgreSQL 14 has no view that respects the policies, so the migrations stop', async () => {
  await start(14);
  await expect(migrate(database)).rejects.toThrow(/has row-level security, and a view shows its rows/);
  expect(await views()).toEqual([]);
});
