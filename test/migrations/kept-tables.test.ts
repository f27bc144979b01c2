import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { loadConfiguredFields } from '../../src/config/config.js';
import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import { createMigratingDataSource } from '../../src/migrating/migrating-data-source.js';
import { SERVING_ROLE } from '../../src/planning/grants.js';
import type { Grants } from '../../src/planning/plan.js';
import { planMigrations } from '../../src/planning/plan-migrations.js';
import { inProcess, type Operator } from '../legacy/wild/operator.js';
import { difference, isEmptyMigrationsTable, snapshot } from '../legacy/wild/snapshot.js';
import { OWNER } from '../setup/owner.mjs';
import type { PostgresVersion, TestDatabase } from '../setup/database.js';
import { startGatehouse } from '../setup/gatehouse.js';
import { aMember, aStranger } from '../setup/people.js';
import { catalogue, legacyDatabase, migrate, revert, VERSIONS, withDataSource } from './support.js';

const HASH = `$2b$12$k/3EQQYJEzvTlTpgHyyH6uZ..t8OOov0plBaLe5LNnZADOlHIv1Ae`;

/** A table of another name, with columns of other names, a flag that we mirror, and columns that only the application uses. */
const USER = `
  create table "user" ("Id" serial primary key, email text not null unique, "passwordHash" text, "isActive" boolean not null default true,
                       "createdAt" timestamp not null default now(), "deletedAt" timestamp, role varchar(20) not null default 'user', points integer);
  insert into "user" (email, "passwordHash", points) values (' Ada@Example.com', '${HASH}', 1), ('bob@example.com', '${HASH}', 2);`;

/** The same table in a schema of its own. */
const FAR = `create schema app; set search_path to app; ${USER} reset search_path;`;

interface Case {
  readonly version: PostgresVersion;
  readonly where: string;
  readonly sql: string;
  readonly table: string;
  readonly settings: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = VERSIONS.flatMap((version): Case[] => [
  { version, where: 'the same schema', sql: USER, table: '"user"', settings: { LEGACY_ID_COLUMN: 'Id' } },
  {
    version,
    where: 'another schema',
    sql: FAR,
    table: 'app."user"',
    settings: { LEGACY_ID_COLUMN: 'Id', LEGACY_USERS_TABLE: 'app.user' },
  },
]);

describe.each(CASES)(
  'a table "user" in $where on PostgreSQL $version',
  ({ version, sql, table, settings }) => {
    let database: TestDatabase;
    let operator: Operator;
    let before: string[];
    let planned: Grants;
    const role = `app_${randomBytes(4).toString('hex')}`;
    const schema = table.startsWith('app') ? 'app' : 'public';

    beforeAll(async () => {
      database = await legacyDatabase(version, sql);
      await database.administer(`create role ${role} login password '${role}'; grant ${role} to ${OWNER}`);
      await database.query(
        `grant usage on schema ${schema} to ${role};
         grant usage on all sequences in schema ${schema} to ${role};
         grant select, insert, update (email, "isActive") on ${table} to ${role}`,
      );
      before = await snapshot(database);
      operator = inProcess(database.url, settings);
      Object.assign(process.env, settings);
      try {
        ({ grants: planned } = await withDataSource(database.url, (dataSource) =>
          planMigrations(dataSource, NO_FIELDS),
        ));
      } finally {
        for (const name of Object.keys(settings)) delete process.env[name];
      }
      expect(await operator.run()).toEqual({ done: true, output: '' });
    });

    afterAll(async () => {
      await database.administer(`drop owned by ${role}; drop role ${role}`);
      await database.drop();
    });

    it('stays a table with its own names, and a view shows it as users', async () => {
      expect(
        await database.query(
          `select c.oid::regclass::text as name, relkind as kind, array(select attname::text from pg_attribute where attrelid = c.oid
             and attnum between 1 and 8) as columns from pg_class c where c.oid in (to_regclass('${table}'), to_regclass('users')) order by relkind`,
        ),
      ).toMatchObject([
        {
          kind: 'r',
          name: table,
          columns: ['Id', 'email', 'passwordHash', 'isActive', 'createdAt', 'deletedAt', 'role', 'points'],
        },
        { kind: 'v', name: 'users' },
      ]);
      expect(await database.query('select id, email, name, banned from users order by id')).toEqual([
        { id: 1, email: 'ada@example.com', name: 'ada', banned: false },
        { id: 2, email: 'bob@example.com', name: 'bob', banned: false },
      ]);
      expect(await database.query(`select pg_get_serial_sequence('${table}', 'Id') as sequence`)).toEqual([
        { sequence: `${schema}."user_Id_seq"` },
      ]);
      expect(await operator.check()).toMatchObject({ done: true });
      expect(await operator.compare()).toEqual({ done: true, output: '' });
      expect((await operator.plan()).output).toContain('no migration is pending');
    });

    it.each([
      ['adds a column', `alter table ${table} add column phone text`],
      ['drops a column of its own', `alter table ${table} drop column points`],
      ['changes the type of a column of its own', `alter table ${table} alter role type text`],
      ['refers to it', `create table note (author integer references ${table})`],
      ['truncates it', `truncate ${table} cascade`],
      ['groups by its key', `select email, count(*) from ${table} group by "Id"`],
      ['names its sequence', `select nextval(pg_get_serial_sequence('${table}', 'Id'))`],
    ])('is one that the application %s', async (_, statement) => {
      const client = await database.pool.connect();
      try {
        await client.query('begin');
        await expect(client.query(statement)).resolves.toBeDefined();
      } finally {
        await client.query('rollback');
        client.release();
      }
    });

    it('follows writes in both directions', async () => {
      const client = await database.pool.connect();
      const ask = async (text: string) => (await client.query<pg.QueryResultRow>(text)).rows;
      try {
        await client.query('begin');
        await client.query(`set local role ${role}`);
        await client.query(
          `insert into ${table} (email, "passwordHash", "createdAt") values ('Cy@Example.com ', '${HASH}', '2020-01-02 03:04:05')`,
        );
        await client.query(`update ${table} set "isActive" = false where email = 'bob@example.com'`);
        await client.query('reset role');
        expect(
          await ask(
            `select u.email, u.name, u.banned, u.created_at < now() - interval '1 year' as old, a.password
             from users u join accounts a on a.user_id = u.id where u.id > 1 order by u.id`,
          ),
        ).toEqual([
          { email: 'bob@example.com', name: 'bob', banned: true, old: false, password: HASH },
          { email: 'cy@example.com', name: 'cy', banned: false, old: true, password: HASH },
        ]);
        await client.query(`update gatehouse.switch_over set mode = 'both'`);
        await client.query(`update users set banned = true, is_email_verified = true where id = 1`);
        await client.query(
          `update accounts set password = '${HASH.replace('k/3', 'aaa')}' where user_id = 1`,
        );
        const inserted = await ask(
          `insert into users (name, email) values ('Di', 'Di@example.com') on conflict (email) do nothing returning email`,
        );
        expect(inserted).toEqual([{ email: 'di@example.com' }]);
        expect(await ask('select id from users where id = 1 for update')).toEqual([{ id: 1 }]);
        expect(
          await ask(
            `select email, "isActive", "passwordHash" = '${HASH}' as same, email_verified is not null as verified from ${table}
             where email like '%d%@example.com' order by 1`,
          ),
        ).toEqual([
          { email: 'ada@example.com', isActive: false, same: false, verified: true },
          { email: 'di@example.com', isActive: true, same: null, verified: false },
        ]);
      } finally {
        await client.query('rollback');
        client.release();
      }
    });

    it('gives its rights to the view too, also those for single columns', async () => {
      const rights = await database.query(
        `select has_table_privilege('${role}', 'users', 'select') as reads, has_table_privilege('${role}', 'users', 'delete') as deletes,
                has_column_privilege('${role}', 'users', 'email', 'update') as email, has_column_privilege('${role}', 'users', 'name', 'update') as name`,
      );
      expect(rights).toEqual([{ reads: true, deletes: false, email: true, name: false }]);
    });

    it('is served by a role that has only the planned rights', async () => {
      const { grants } = await withDataSource(database.url, (dataSource) =>
        planMigrations(dataSource, NO_FIELDS),
      );
      expect(grants).toEqual(planned);
      await database.administer(`create role server_${role} login password 'server'`);
      for (const statement of grants.serving)
        await database.query(statement.replaceAll(SERVING_ROLE, `server_${role}`));
      const url = new URL(database.url);
      [url.username, url.password] = [`server_${role}`, 'server'];
      const gatehouse = await startGatehouse({ DATABASE_URL: url.href }, database);
      try {
        const { client, email, password, id } = await aMember(gatehouse);
        expect((await aStranger(gatehouse).post('/api/auth/login', { email, password })).status).toBe(200);
        expect((await client.post('/api/auth/update-user', { name: 'Grace' })).status).toBe(200);
        expect(await database.query(`select email from ${table} where "Id" = ${id}`)).toEqual([{ email }]);
        await database.query(`delete from users where id = ${id}`);
        expect(gatehouse.log()).not.toMatch(/permission denied|must be owner/);
      } finally {
        await gatehouse.stop();
        await database.administer(`drop owned by server_${role}; drop role server_${role}`);
      }
    });

    it('gets columns of configured fields, which a revert takes back', async () => {
      const fields = loadConfiguredFields({
        USER_ADDITIONAL_FIELDS: JSON.stringify({
          plan: { type: 'string', required: false, defaultValue: 'free', index: true },
          role: { type: 'string', required: false },
        }),
      });
      const dataSource = createMigratingDataSource(database.url, fields);
      await dataSource.initialize();
      try {
        const { steps, findings, grants } = await planMigrations(dataSource, fields);
        expect(findings).toEqual([]);
        expect(steps.flatMap(({ statements }) => statements.map(({ sql }) => sql))).toContain(
          `alter table ${schema === 'app' ? '"app"."user"' : '"user"'} add column "plan" text default 'free'::text`,
        );
        expect(grants.serving.join()).not.toContain('gatehouse_plan');
        await dataSource.runMigrations();
        const shown = `select plan, role from users where id = 1 union all select plan, role from gatehouse.users where id = 2`;
        expect(await database.query(shown)).toEqual([
          { plan: 'free', role: 'user' },
          { plan: 'free', role: 'user' },
        ]);
        expect(await database.query(`select plan from ${table} where "Id" = 1`)).toEqual([{ plan: 'free' }]);
        await dataSource.undoLastMigration();
      } finally {
        await dataSource.destroy();
      }
      await expect(database.query('select plan from users')).rejects.toThrow('"plan" does not exist');
      await expect(database.query('select plan from gatehouse.users')).rejects.toThrow(
        '"plan" does not exist',
      );
      expect(await operator.check()).toMatchObject({ done: true });
      expect(
        await database.query(`select has_table_privilege('${role}', 'users', 'select') as reads`),
      ).toEqual([{ reads: true }]);
    });

    it('gets its names back step by step, and a second run takes it on again', async () => {
      // The text of functions depends on which columns the views show.
      const structure = async () =>
        (await catalogue(database)).map((line) => line.replace(/^(function \w+) .*/, '$1'));
      const migrated = await structure();
      await revert(database, 1);
      expect(
        await database.query(
          `select relkind, has_column_privilege('${role}', oid, 'email', 'update') as email from pg_class where oid = '${table}'::regclass`,
        ),
      ).toEqual([{ relkind: 'v', email: true }]);
      await database.query(`insert into ${table} (email, points) values ('during@example.com', 7)`);
      await migrate(database);
      expect(await structure()).toEqual(migrated);
      await database.query(`delete from users where email = 'during@example.com'`);
    });

    it('is as before after a revert of everything', async () => {
      expect(await operator.revertAll()).toEqual({ done: true, output: '' });
      const left = difference(before, await snapshot(database)).filter(
        (line) => !isEmptyMigrationsTable(line),
      );
      expect(left).toEqual([]);
    });
  },
);
