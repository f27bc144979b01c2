import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from '../setup/database.js';
import { digest, fastapi, fingerprint, migrate, revert, revertFrom, VERSIONS } from './support.js';

interface Expected {
  totalUsers: number;
  withUsablePassword: number;
  deactivated: number;
  users: {
    case: string;
    id: string;
    outcome: string;
    storedEmail: string;
    emailVerified: boolean;
    createdAt: string | null;
    name: string;
  }[];
}

const expected = JSON.parse(
  await readFile(join(import.meta.dirname, '../legacy/fastapi.expected.json'), 'utf8'),
) as Expected;

const LEGACY_COLUMNS =
  'id, username, full_name, hashed_password, is_active, is_verified, is_superuser, avatar_url';

const BROUGHT_OVER = {
  email: 'late@example.com',
  name: 'late',
  is_email_verified: true,
  banned: true,
  same: true,
};

describe.each(VERSIONS)('a FastAPI database on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await fastapi(version);
  });
  afterEach(() => database.drop());
  const addLatecomer = () =>
    database.query(
      `insert into users (id, email, username, hashed_password, is_verified, is_active)
       select '0', ' Late@Example.com', 'late', hashed_password, true, false from users where username = 'user1'`,
    );
  const latecomer = async () =>
    (
      await database.query(
        `select u.email, u.name, u.is_email_verified, u.banned, password = u.hashed_password as same
         from users u join accounts a on a.user_id = u.id where u.id = '0'`,
      )
    )[0];

  it('is migrated as fastapi.expected.json says', async () => {
    await migrate(database);
    const [counts] = await database.query(
      `select (select count(*)::integer from users) as users,
              (select count(*)::integer from accounts) as accounts,
              (select count(*)::integer from users where banned and ban_reason is not null) as banned`,
    );
    expect(counts).toEqual({
      users: expected.totalUsers,
      accounts: expected.withUsablePassword,
      banned: expected.deactivated,
    });
    for (const person of expected.users) {
      const [user] = await database.query<{
        email: string;
        name: string;
        verified: boolean;
        created_at: Date;
        hash: string;
        password: string | null;
        banned: boolean;
      }>(
        `select u.email, u.name, u.is_email_verified as verified, u.created_at, u.banned, u.hashed_password as hash,
                a.password
         from users u left join accounts a on a.provider_id = 'credential' and a.provider_user_id = u.id
         where u.id = $1`,
        [person.id],
      );
      expect(user).toMatchObject({ name: person.name, verified: person.emailVerified });
      if (person.outcome === 'conflict') expect(user?.email.toLowerCase()).toBe(person.storedEmail);
      else expect(user?.email).toBe(person.storedEmail);
      if (person.createdAt) expect(user?.created_at.toISOString()).toBe(person.createdAt);
      expect(user?.banned).toBe(person.outcome === 'BANNED_USER');
      expect(user?.password).toBe(person.outcome === 'INVALID_EMAIL_OR_PASSWORD' ? null : user?.hash);
    }
    const conflicts = await database.query<{ user_id: string }>('select user_id from gatehouse.conflicts');
    expect(conflicts.map((row) => row.user_id).toSorted()).toEqual(
      expected.users
        .filter((user) => user.outcome === 'conflict')
        .map((user) => user.id)
        .toSorted(),
    );
  });

  it('keeps the file of the table, the legacy columns and the other tables', async () => {
    const before = await snapshot();
    await migrate(database);
    expect(await snapshot()).toEqual(before);

    async function snapshot() {
      const [file] = await database.query(`select pg_relation_filenode('users') as node`);
      return [file, await digest(database, 'users', LEGACY_COLUMNS), await digest(database, 'orders')];
    }
  });

  it('is not changed by a second run', async () => {
    await migrate(database);
    const first = await fingerprint(database);
    expect(await migrate(database)).toBe(0);
    expect(await fingerprint(database)).toEqual(first);
  });

  it('is restored by a revert and gets the same result from a second migration', async () => {
    const before = await fingerprint(database);
    await migrate(database);
    const [conflicts, accounts] = [
      await digest(database, 'gatehouse.conflicts'),
      await digest(database, 'accounts', 'id, password'),
    ];
    const emails = await digest(database, 'users', 'id, email, name, is_email_verified, banned');
    await revert(database);
    expect(await fingerprint(database)).toEqual(before);
    await migrate(database);
    expect(await digest(database, 'gatehouse.conflicts')).toBe(conflicts);
    expect(await digest(database, 'accounts', 'id, password')).toBe(accounts);
    expect(await digest(database, 'users', 'id, email, name, is_email_verified, banned')).toBe(emails);
  });

  it('keeps newer data when it is reverted', async () => {
    await migrate(database);
    await database.query(`insert into users (id, email, name) values ('new', 'new@example.com', 'New')`);
    await database.query(
      `update users set email = 'moved@example.com' where email = 'mixed.case@example.com'`,
    );
    await revert(database);
    expect(await database.query(`select id, email, username from users where id = 'new'`)).toEqual([
      { id: 'new', email: 'new@example.com', username: null },
    ]);
    expect(
      await database.query(`select count(*)::integer from users where email = 'moved@example.com'`),
    ).toEqual([{ count: 1 }]);
    const [padded] = await database.query(`select email from users where username = 'user24'`);
    expect(padded).toEqual({ email: '  padded@example.com ' });
    const [username] = await database.query(
      `select attnotnull as "notNull" from pg_attribute where attrelid = 'users'::regclass and attname = 'username'`,
    );
    expect(username).toEqual({ notNull: false });
  });

  it('lets the legacy application add users', async () => {
    await migrate(database);
    await database.query(
      `insert into users (id, email, username, full_name, hashed_password, created_at, updated_at)
       values ('late', 'late@example.com', 'late', 'Late Comer', 'x', null, null)`,
    );
    const [row] = await database.query(
      `select name, created_at is not null as dated from users where id = 'late'`,
    );
    expect(row).toEqual({ name: 'Late Comer', dated: true });
  });

  it('gets users that the legacy application adds during the backfill', async () => {
    await migrate(database);
    const since = await revertFrom(database, 'BackfillUsers');
    await database.query(`insert into gatehouse.backfills (name, paused) values ('backfill users', true)`);
    const run = migrate(database);
    await addLatecomer();
    const late = await latecomer();
    await database.query('update gatehouse.backfills set paused = false');
    expect(await run).toBe(since);
    expect([late, await latecomer()]).toEqual([BROUGHT_OVER, BROUGHT_OVER]);
  });

  it('gets users that were added with disabled triggers after the backfill', async () => {
    await migrate(database);
    await revertFrom(database, 'RequireValues');
    await database.query(`alter table users disable trigger user`);
    await addLatecomer();
    await database.query(`alter table users enable trigger user`);
    expect(await latecomer()).toBeUndefined();
    await migrate(database);
    expect(await latecomer()).toEqual(BROUGHT_OVER);
  });

  it('loses accounts of users who were deleted before the foreign keys existed', async () => {
    await migrate(database);
    await revertFrom(database, 'AddForeignKeys');
    await addLatecomer();
    const account = `select user_id from accounts where user_id = '0'`;
    await database.query(`delete from users where id = '0'`);
    expect(await database.query(account)).toHaveLength(1);
    await migrate(database);
    expect(await database.query(account)).toEqual([]);
  });

  it('is not touched while the backfill is paused', async () => {
    await migrate(database);
    const since = await revertFrom(database, 'BackfillUsers');
    await database.query(`insert into gatehouse.backfills (name, paused) values ('backfill users', true)`);
    const run = migrate(database);
    await sleep(500);
    expect(await database.query(`select rows, cursor from gatehouse.backfills`)).toEqual([
      { rows: '0', cursor: null },
    ]);
    await database.query('update gatehouse.backfills set paused = false');
    expect(await run).toBe(since);
  });
});
