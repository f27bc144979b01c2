import { DataSource } from 'typeorm';
import { entitiesWith } from '../../src/assembly/entities.js';
import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { createShapedDatabase } from '../setup/renamed-database.js';
import { runToEnd } from '../setup/run-to-end.js';
import { catalogue, fastapi, migrate, withTables } from './support.js';

const DATA_SOURCE = ['-d', 'dist/ormconfig.js'];

/** Runs a command of the TypeORM CLI on the compiled data source, as a developer does. */
function typeorm(url: string, command: string, ...words: string[]) {
  return runToEnd('node_modules/typeorm/cli.js', {
    environment: { DATABASE_URL: url, NO_COLOR: '1' },
    arguments: [command, ...words, ...DATA_SOURCE],
  });
}

const missing = (url: string): Promise<string[]> =>
  withTables(url, async (dataSource) => {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  });

describe('schema:log, migration:generate and schema:sync', () => {
  let database: TestDatabase;

  afterEach(() => database.drop());

  it('propose and change nothing in a migrated legacy database with columns, keys and tables of its own', async () => {
    database = await fastapi(18);
    await database.query(`
      alter table users add column department integer default 7 check (department > 0), add column code text unique;
      create index users_department_idx on users (department);
      create table migrations (id serial primary key, timestamp bigint not null, name varchar not null);
      insert into migrations (timestamp, name) values (1700000000000, 'CreateDepartments1700000000000');`);
    await migrate(database);
    const before = await catalogue(database);
    const log = await typeorm(database.url, 'schema:log');
    expect(log).toMatchObject({ code: 0, out: expect.stringContaining('Your schema is up to date') });
    const generate = await typeorm(database.url, 'migration:generate', '--check', '/tmp/Nothing');
    expect(generate).toMatchObject({
      code: 0,
      out: expect.stringContaining('No changes in database schema were found'),
    });
    expect(await typeorm(database.url, 'schema:sync')).toMatchObject({ code: 0 });
    expect(await catalogue(database)).toEqual(before);
    expect(await typeorm(database.url, 'migration:revert')).toMatchObject({ code: 0 });
    expect(await database.query('select timestamp, name from migrations')).toEqual([
      { timestamp: '1700000000000', name: 'CreateDepartments1700000000000' },
    ]);
  });

  it.each([{ renamed: true }, { timestamps: true }])('propose nothing for tables as %p', async (shape) => {
    const shaped = await createShapedDatabase(shape);
    database = { ...(await createDatabase()), url: shaped.url };
    expect(await missing(shaped.url)).toEqual([]);
    expect(await typeorm(shaped.url, 'schema:log')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Your schema is up to date'),
    });
    await shaped.drop();
  });

  it('add a column, an index, a key and a table of ours that are missing, and only these', async () => {
    database = await fastapi(18);
    await migrate(database);
    const before = await catalogue(database);
    await database.query(`
      alter table users drop column ban_reason;
      drop index sessions_user_id_idx;
      alter table sessions drop constraint sessions_user_id_fkey;
      drop table jwks;`);
    const statements = await missing(database.url);
    expect(statements.toSorted()).toEqual([
      expect.stringMatching(/^ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY/),
      'ALTER TABLE "users" ADD "ban_reason" text',
      'CREATE INDEX "sessions_user_id_idx" ON "sessions"  ("user_id") ',
      expect.stringMatching(/^CREATE TABLE "jwks" \("id" character varying\(255\) NOT NULL, .*"jwks_pkey"/),
    ]);
    expect(await typeorm(database.url, 'schema:sync')).toMatchObject({ code: 0 });
    expect(await missing(database.url)).toEqual([]);
    // Entities name no triggers, so the two of `jwks` that audit its keys are not created again.
    expect((await catalogue(database)).length).toBe(before.length - 2);
  });

  it('refuse a database whose migrations are pending', async () => {
    database = await fastapi(18);
    const before = await catalogue(database);
    for (const command of ['schema:log', 'schema:sync']) {
      const { code, out, err } = await typeorm(database.url, command);
      expect(`${out}${err}`).toContain('Run: npm run migration:run');
      expect(`${out}${err}`).not.toMatch(/^\s+at /m);
      expect(code).toBe(1);
    }
    expect(await catalogue(database)).toEqual(before);
  });
});

it('schema:drop drops nothing and names the command that takes back only ours', async () => {
  const database = await fastapi(18);
  await migrate(database);
  const before = await catalogue(database);
  const { code, out, err } = await typeorm(database.url, 'schema:drop');
  expect(`${out}${err}`).toContain('npm run migration:revert -- --all');
  expect(`${out}${err}`).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
  expect(await catalogue(database)).toEqual(before);
  await database.drop();
});

it("TypeORM's own comparison finds that a fresh database is exactly what the entities say", async () => {
  const database = await createDatabase();
  await migrate(database);
  const plain = new DataSource({ type: 'postgres', url: database.url, entities: entitiesWith(NO_FIELDS) });
  await plain.initialize();
  const { upQueries } = await plain.driver.createSchemaBuilder().log();
  expect(upQueries.map(({ query }) => query)).toEqual([]);
  await plain.destroy();
  await database.drop();
});
