import { betterAuthMapping } from '../../src/database/better-auth-mapping.js';
import { requireTableNames } from '../../src/database/require-table-names.js';
import { Tables, readTables } from '../../src/database/tables.js';
import { createDatabase, type PostgresVersion, type TestDatabase } from '../setup/database.js';
import { readFileSync } from 'node:fs';

const NAMES = {
  sessions: undefined,
  accounts: undefined,
  verifications: undefined,
  jwks: undefined,
  rate_limits: undefined,
};

const read = (name: string) =>
  JSON.parse(readFileSync(`test/oracle/${name}-mapping.json`, 'utf8')) as Record<string, object>;

describe('without views', () => {
  const tables = new Tables();

  test('each table has our name', () => {
    expect(tables.resolve('select * from {sessions} s, {table users}')).toBe(
      'select * from sessions s, users',
    );
    expect(tables.columnOf('users', 'created_at')).toBe('created_at');
  });

  test('other braces stay', () => {
    const text = `select '{}', '{1,2}', e'a{2,}', '{"a": 1}'`;
    expect(tables.resolve(text)).toBe(text);
  });

  test('Better Auth gets the mapping of the README', () => {
    const { rateLimit, jwks, ...models } = betterAuthMapping(tables);
    expect(models).toEqual(read('field'));
    expect(jwks).toEqual({ modelName: 'jwks', ...read('jwks')['jwks'] });
    expect(rateLimit).toEqual({ modelName: 'rate_limits', fields: { lastRequest: 'last_request' } });
  });

  test('a setting with another name is a fault, and our name is none', () => {
    expect(() => requireTableNames(tables, { ...NAMES, jwks: 'keys' })).toThrow(
      'JWKS_MODEL_NAME is keys, but the migrations made the table jwks: set JWKS_MODEL_NAME=jwks',
    );
    expect(() => requireTableNames(tables, { ...NAMES, jwks: 'jwks' })).not.toThrow();
  });
});

describe.each<[PostgresVersion]>([[18], [14]])('with views, on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  let tables: Tables;

  beforeAll(async () => {
    database = await createDatabase({ version });
    await database.query(`
      create schema gatehouse;
      create schema app;
      create table "AuthSessions" (id text, user_id text);
      create table app.users (uid text, created_at bigint, auth_created_at timestamptz, "E-mail ""1""" text);
      create view gatehouse.sessions as select id, user_id from "AuthSessions";
      create view gatehouse.users as select uid as id, auth_created_at as created_at, "E-mail ""1""" as email from app.users;
      create view gatehouse.report as select count(*) from app.users;
      create table gatehouse.accounts (id text);`);
    tables = await readTables({
      query: async <Result>(text: string) => (await database.query(text)) as Result,
    });
  });

  afterAll(() => database.drop());

  test('statements use the views, and can name the table itself', () => {
    expect(tables.resolve('{sessions} {users} {accounts} {report}')).toBe(
      'gatehouse.sessions gatehouse.users accounts report',
    );
    expect(tables.resolve('{table sessions} {table users} {table accounts}')).toBe(
      '"AuthSessions" app.users accounts',
    );
  });

  test('Better Auth gets the names of the tables and columns', () => {
    expect(betterAuthMapping(tables)).toMatchObject({
      user: {
        modelName: 'users',
        fields: { createdAt: 'auth_created_at', updatedAt: 'updated_at', email: 'E-mail "1"' },
      },
      session: { modelName: 'AuthSessions', fields: { userId: 'user_id' } },
      account: { modelName: 'accounts' },
    });
  });

  test('each column has its name in the table', () => {
    expect(['id', 'created_at', 'email', 'name'].map((column) => tables.columnOf('users', column))).toEqual([
      'uid',
      'auth_created_at',
      'E-mail "1"',
      'name',
    ]);
  });

  test('the settings have to agree, if they are set', () => {
    expect(() => requireTableNames(tables, NAMES)).not.toThrow();
    expect(() => requireTableNames(tables, { ...NAMES, sessions: 'AuthSessions' })).not.toThrow();
    expect(() => requireTableNames(tables, { ...NAMES, sessions: 'sessions' })).toThrow(
      'SESSION_MODEL_NAME is sessions, but the migrations made the table AuthSessions',
    );
  });
});
