import { catalogue, legacyDatabase, migrate, revert, VERSIONS } from '../migrations/support.js';
import type { TestDatabase } from '../setup/database.js';
import { endIt, statusOf, stepForward } from './support.js';

/** Better Auth's `user`, which keeps its name, and a `sessions` table with our name and other columns. */
const RENAMED = `
  create table "user" (id text primary key, email text not null unique, name text not null, "emailVerified" boolean not null,
                       image text, "createdAt" timestamptz not null, "updatedAt" timestamptz not null, password text);
  insert into "user" values ('u', 'a@example.com', 'A', true, null, now(), now(), null);
  create table sessions (id text primary key, "sessionToken" text not null unique, "userId" text not null,
                         expires timestamptz not null);
  insert into sessions values ('s', 't', 'u', '2040-01-01')`;

/** A table with our name whose id has another one. A view with the old name of the column is in a schema of its own. */
const NUMBERED = `
  create table users (key text primary key, email text not null unique, password text);
  insert into users values ('u', 'a@example.com')`;

/** A flag that has the name of our time column. */
const FLAGGED = `
  create table users (id text primary key, email text not null unique, email_verified boolean not null default false,
                      password text);
  insert into users values ('u', 'a@example.com', true)`;

describe.each(VERSIONS)('the end of the switch-over on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  const begin = async (sql: string) => {
    database = await legacyDatabase(version, sql);
    const before = await catalogue(database);
    await migrate(database);
    await stepForward(database);
    await stepForward(database);
    return before;
  };
  afterEach(() => database.drop());

  const left = () =>
    database.query(
      `select relname as name from pg_class where relkind = 'v' and relnamespace::regnamespace::text !~ '^(pg_|information_|gatehouse$)'
       union all select tgname from pg_trigger where tgname ~ 'mirror' union all select proname from pg_proc where proname ~ 'mirror_'
       union all select nspname from pg_namespace where nspname = 'gatehouse_legacy'`,
    );

  it('drops the mirror triggers, keeps the view under our name, and a revert still restores the old tables', async () => {
    const before = await begin(RENAMED);
    expect((await left()).length).toBe(4);
    await endIt(database);
    expect(await left()).toEqual([{ name: 'users' }]);
    await database.query(`insert into users (id, email, name) values ('v', 'b@example.com', 'B');
                          insert into sessions (id, user_id, token, expires_at) values ('r', 'v', 'tr', '2040-01-01')`);
    await database.query(`delete from sessions where id = 'r'`);
    await revert(database);
    expect(await catalogue(database)).toEqual(before);
    expect(await database.query('select id from "user" order by 1')).toEqual([{ id: 'u' }, { id: 'v' }]);
  });

  it('drops the triggers of a column that has our name and another meaning, and keeps the view that the server reads', async () => {
    await begin(FLAGGED);
    expect((await left()).length).toBe(3);
    await endIt(database);
    expect(await left()).toEqual([]);
    expect(
      await database.query('select email_verified is not null as verified from gatehouse.users'),
    ).toEqual([{ verified: true }]);
    const rules = `select 1 from pg_proc where pronamespace = 'gatehouse'::regnamespace and proname ~ '^(mirrored|expected)_'`;
    expect(await database.query(rules)).toEqual([]);
  });

  it('is refused while something depends on such a view, and changes nothing', async () => {
    process.env['LEGACY_ID_COLUMN'] = 'key';
    try {
      await begin(NUMBERED);
    } finally {
      delete process.env['LEGACY_ID_COLUMN'];
    }
    expect(await left()).toEqual([{ name: 'users' }, { name: 'gatehouse_legacy' }]);
    await database.query('create view report as select email from gatehouse_legacy.users');
    await expect(endIt(database)).rejects.toThrow(
      /view report depends on view gatehouse_legacy\.users\. Drop these objects/,
    );
    expect((await statusOf(database)).mode).toBe('gatehouse');
    expect((await left()).length).toBe(3);
    await database.query('drop view report');
    await endIt(database);
    expect(await left()).toEqual([]);
  });
});
