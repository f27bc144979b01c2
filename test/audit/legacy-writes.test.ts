import { legacyDatabase, migrate } from '../migrations/support.js';
import type { TestDatabase } from '../setup/database.js';

const LEGACY = `
  create table "Members" ("memberId" text primary key, mail text not null unique, password text, "isBlocked" boolean not null default false);
  insert into "Members" values ('ada', 'ada@example.com', '$2b$10$${'a'.repeat(53)}', false), ('bob', 'bob@example.com', null, false)`;
const NAMES = {
  LEGACY_USERS_TABLE: 'Members',
  LEGACY_ID_COLUMN: 'memberId',
  LEGACY_EMAIL_COLUMN: 'mail',
  LEGACY_DISABLED_COLUMN: 'isBlocked',
};

let database: TestDatabase;

beforeAll(async () => {
  Object.assign(process.env, NAMES);
  database = await legacyDatabase(18, LEGACY);
  await migrate(database);
}, 120_000);

afterAll(async () => {
  for (const name of Object.keys(NAMES)) delete process.env[name];
  await database.drop();
});

const eventsOf = async (subject: string) =>
  (
    await database.query<{ event: string }>(
      'select event from gatehouse.audit_events where subject = $1 order by id',
      [subject],
    )
  ).map(({ event }) => event);

test('writes of the old application to its own table are events', async () => {
  await database.query(`update "Members" set mail = 'countess@example.com' where "memberId" = 'ada'`);
  await database.query(`update "Members" set "isBlocked" = true where "memberId" = 'ada'`);
  await database.query(`insert into "Members" values ('eve', 'eve@example.com', null, false)`);
  await database.query(`delete from "Members" where "memberId" = 'eve'`);
  expect(await eventsOf('ada')).toEqual(['email.changed', 'user.banned']);
  expect(await eventsOf('eve')).toEqual(['user.created', 'user.deleted']);
});

test('a write of the old application succeeds if its event cannot be written; one of the server fails', async () => {
  await database.query('alter table gatehouse.audit_unchained rename to away');
  try {
    await database.query(`update "Members" set mail = 'robert@example.com' where "memberId" = 'bob'`);
    expect(await database.query(`select mail from "Members" where "memberId" = 'bob'`)).toEqual([
      { mail: 'robert@example.com' },
    ]);
    const asServer = `select set_config('gatehouse.act', '{"self":true}', true)`;
    await expect(
      database.query(
        `begin; ${asServer}; update "Members" set mail = 'x@example.com' where "memberId" = 'bob'; commit`,
      ),
    ).rejects.toThrow(/audit_unchained/);
  } finally {
    await database.query('alter table gatehouse.away rename to audit_unchained');
  }
  expect(await eventsOf('bob')).toEqual([]);
});
