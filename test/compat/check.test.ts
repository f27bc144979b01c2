import { createDatabase, type TestDatabase } from '../setup/database.js';
import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import { checkCompatibility, type Compatibility } from '../../src/compat/compatibility.js';
import { describeCompatibility } from '../../src/compat/report.js';
import { fastapi, legacyDatabase, migrate, VERSIONS, withTables } from '../migrations/support.js';

function check(database: TestDatabase): Promise<Compatibility> {
  return withTables(database.url, (dataSource) => checkCompatibility(dataSource, database.url, NO_FIELDS));
}

describe.each(VERSIONS)('compat:check on PostgreSQL %i', (version) => {
  describe('of an empty database', () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await createDatabase({ version });
    });
    afterAll(() => database.drop());

    it('lists pending migrations and missing tables', async () => {
      const { compatible, findings } = await check(database);
      expect(compatible).toBe(false);
      expect(new Set(findings.map(({ area }) => area))).toEqual(
        new Set(['migrations', 'structure', 'better-auth']),
      );
    });

    it('reports nothing once the database is migrated', async () => {
      await migrate(database);
      expect(await check(database)).toEqual({
        compatible: true,
        users: 0,
        compared: [],
        skipped: [],
        findings: [],
      });
    });
  });

  describe('of a migrated FastAPI database', () => {
    let pristine: TestDatabase;
    let database: TestDatabase;
    beforeAll(async () => {
      pristine = await fastapi(version);
      await migrate(pristine);
      await pristine.pool.end();
    });
    afterAll(() => pristine.drop().catch(() => {}));
    beforeEach(async () => {
      database = await createDatabase({ version, template: new URL(pristine.url).pathname.slice(1) });
    });
    afterEach(() => database.drop());

    it('reports the e-mail conflicts as a warning and calls the database compatible', async () => {
      const result = await check(database);
      expect(result).toMatchObject({
        compatible: true,
        users: 1200,
        compared: [{ what: 'users', rows: 1200, different: 0, changedSince: 0, examples: [] }],
      });
      const [sums] = result.compared.map(({ checksums }) => checksums);
      expect(sums?.[0]).toBe(sums?.[1]);
      expect(result.findings).toHaveLength(1);
      expect(result.findings[0]).toMatchObject({ level: 'warning', count: 2 });
      expect(describeCompatibility(result).split('\n').at(-1)).toBe(
        'Compatible with Better Auth: 1200 users, 0 errors, 1 warning.',
      );
    });

    it.each([
      ['drop index sessions_user_id_idx', 'structure', 'sessions_user_id_idx is missing'],
      ['drop index ix_users_email', 'structure', 'no valid unique index on (email)'],
      ['alter table users alter name drop not null', 'structure', 'users.name may be null'],
      ['alter table users alter created_at drop default', 'structure', 'users.created_at has no default'],
      [
        'alter table users add department text; alter table users alter department set not null',
        'structure',
        '',
      ],
      ['alter table users alter image type integer using 1', 'structure', 'users.image is integer'],
      [
        'alter table accounts drop constraint accounts_user_id_fkey',
        'structure',
        'accounts.user_id has no foreign key',
      ],
      ['alter table accounts drop column password cascade', 'structure', 'accounts.password is missing'],
      [
        'alter table users disable trigger gatehouse_users_email_verified',
        'structure',
        'missing or disabled',
      ],
      ['drop table verifications', 'structure', 'The table verifications is missing'],
      [`delete from gatehouse_migrations where name like 'Validate%'`, 'migrations', 'Pending migrations'],
      [`delete from accounts where id in (select id from accounts limit 3)`, 'data', 'no credential account'],
      [
        `alter table users disable trigger user; update users set email = upper(email) where username = 'user1'`,
        'data',
        'not trimmed and in lower case',
      ],
      [`update users set name = '  ' where username = 'user1'`, 'data', 'Users without a name'],
      [
        `alter table users disable trigger user; update users set banned = false`,
        'data',
        'whom the legacy columns keep out, but who are not banned',
      ],
      [
        `update accounts set provider_user_id = 'x' where id = (select min(id) from accounts)`,
        'data',
        'provider_user_id',
      ],
      [
        `alter table users disable trigger user; update users set is_email_verified = true`,
        'data',
        'is_email_verified contradict each other',
      ],
      [
        `alter table sessions drop constraint sessions_user_id_fkey;
         insert into sessions (id, user_id, token, expires_at) values ('s', 'gone', 't', now())`,
        'data',
        'Rows of sessions whose user does not exist',
      ],
    ])('reports an error after %s', async (sql, area, message) => {
      if (sql.includes('department')) await database.query('delete from orders; delete from users');
      await database.query(sql);
      const { compatible, findings } = await check(database);
      expect(compatible).toBe(false);
      expect(findings).toContainEqual(
        expect.objectContaining({ area, level: 'error', message: expect.stringContaining(message) }),
      );
    });

    it.each([
      ['name', `update users set name = 'Somebody Else' where username = 'user1'`],
      ['email', `update users set email = 'someone@example.com' where username = 'user24'`],
      ['image', `update users set avatar_url = 'https://example.com/other.png' where username = 'user1'`],
      ['password', `update accounts set password = replace(password, '$2b$', '$2a$') where id = $ACCOUNT`],
      [
        'password',
        `update users set hashed_password = replace(hashed_password, '$2b$', '$2a$') where username = 'user1'`,
      ],
    ])('finds the row whose %s was changed on one side only', async (column, sql) => {
      const [user] = await database.query<{ id: string; account: string }>(
        `select u.id, a.id as account from users u join accounts a on a.user_id = u.id where username = 'user1'`,
      );
      await database.administer(
        `set session_replication_role to replica; ${sql.replace('$ACCOUNT', `'${user?.account}'`)}`,
      );
      const result = await check(database);
      expect(result.compatible).toBe(false);
      expect(result.compared).toMatchObject([
        { rows: 1200, different: 1, examples: [expect.stringContaining(`(${column})`)] },
      ]);
      expect(result.compared[0]?.checksums[0]).not.toBe(result.compared[0]?.checksums[1]);
      expect(describeCompatibility(result)).toMatch(
        /^Compared 1200 rows of users with the legacy columns: 1 different, checksums \w+ \(legacy\) and \w+ \(Gatehouse\)\.$/m,
      );
    });

    it('distinguishes changes made through Gatehouse from changes that bypassed it', async () => {
      await database.query(`update users set name = 'New', updated_at = now() where username = 'user1'`);
      await database.query(`update accounts set password = null, updated_at = now()
                            where user_id = (select id from users where username = 'user2')`);
      const result = await check(database);
      expect(result.compatible).toBe(true);
      expect(result.compared).toMatchObject([{ rows: 1200, different: 0, changedSince: 2 }]);
    });

    it('compares nothing after the switch-over has ended', async () => {
      await database.query(`update gatehouse.switch_over set mode = 'ended'`);
      expect((await check(database)).compared).toEqual([]);
    });

    it.each([
      [`update users set email = 'no address' where username = 'user1'`, 'no valid address'],
      [`update users set hashed_password = 'plain' where username = 'user25'`, 'unknown format'],
      [
        `update accounts set password = null, updated_at = now() where id = (select min(id) from accounts)`,
        'Credential accounts without a password',
      ],
    ])('warns after %s', async (sql, message) => {
      await database.query(sql);
      const { compatible, findings } = await check(database);
      expect(compatible).toBe(true);
      expect(findings).toContainEqual(
        expect.objectContaining({ level: 'warning', message: expect.stringContaining(message) }),
      );
    });
  });

  describe('of tables with our columns beside legacy ones', () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await legacyDatabase(
        version,
        `create table users (id serial primary key, email text not null unique, full_name text, hashed_password text);
         insert into users select n, n || '@example.com', 'Name', null from generate_series(1, 20500) as n;
         create table sessions (id text primary key, "sessionToken" text not null unique,
                                "userId" integer not null references users (id), expires timestamp(3) not null);
         insert into sessions values ('1', 'a', 1, '2030-01-02'), ('2', 'b', 2, '2030-01-02')`,
      );
      await migrate(database);
    });
    afterAll(() => database.drop());

    it('compares those columns, and all rows of a table that needs several batches', async () => {
      const { compatible, compared } = await check(database);
      expect(compatible).toBe(true);
      expect(compared).toMatchObject([
        { what: 'users', rows: 20_500, different: 0 },
        { what: 'sessions (columns that a trigger keeps equal)', rows: 2, different: 0 },
      ]);
    });

    it('names the first ten of the rows that differ', async () => {
      await database.administer(`set session_replication_role to replica;
                                 update sessions set expires_at = '2031-01-01' where id = '2';
                                 update users set name = 'Other' where id > 20000`);
      const { compatible, compared } = await check(database);
      expect(compatible).toBe(false);
      expect(compared).toMatchObject([
        { different: 500, examples: Array.from({ length: 10 }, (_, n) => `${20_001 + n} (name)`) },
        { different: 1, examples: ['2 (expires_at)'] },
      ]);
    });
  });
});
