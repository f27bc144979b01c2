import {
  findAccount,
  findAccountByKey,
  listAccountSummaries,
  listAccountSummariesOfUsers,
  listAccounts,
} from '../../src/accounts/find-accounts.sql.js';
import { findCredentials } from '../../src/accounts/find-credentials.sql.js';
import { readTables, type Tables } from '../../src/database/tables.js';
import type { PreparedQuery } from '../../src/database/prepared-queries.js';
import type { UserRow } from '../../src/users/user-row.js';
import {
  findSessionById,
  findSessionByToken,
  findSessionsByIds,
  findSessionsByTokens,
} from '../../src/sessions/find-session.sql.js';
import type { SessionRow } from '../../src/sessions/session-row.js';
import { listSessions, listSessionsOfUsers } from '../../src/sessions/list-sessions.sql.js';
import { findEmail, findUserById, findUsersByEmail, updateUser } from '../../src/users/users.sql.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED } from '../setup/gatehouse.js';
import type { PostgresVersion } from '../setup/database.js';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

/** Gives two tables other names and puts a column of `users` aside, as for a legacy database. */
const RENAMING = `
  alter table sessions rename to auth_sessions;
  alter table accounts rename to auth_accounts;
  alter table users rename created_at to auth_created_at;
  alter table users add created_at bigint;
  create view gatehouse.sessions as select * from auth_sessions;
  create view gatehouse.accounts as select * from auth_accounts;
  create view gatehouse.users as
    select id, name, email, email_verified, is_email_verified, image, banned, ban_reason, ban_expires,
           auth_created_at as created_at, updated_at from users;`;

describe.each<[PostgresVersion, string]>([
  [18, ''],
  [14, ''],
  [18, ' in renamed tables'],
  [14, ' in renamed tables'],
])('on PostgreSQL %i, with 10,000 users%s', (version, renamed) => {
  let database: TestDatabase;
  let tables: Tables;

  beforeAll(async () => {
    database = await createDatabase({ version, template: MIGRATED });
    await database.query(`
      insert into users (id, name, email) select 'user' || n, 'User', 'user' || n || '@example.com' from generate_series(1, 10000) n;
      insert into users (id, name, email) values ('twin', 'Twin', 'User1@example.com');
      insert into accounts (id, user_id, provider_id, provider_user_id, password)
        select 'account-' || id, id, 'credential', id, 'hash' from users;
      insert into sessions (id, user_id, token, expires_at)
        select 'session' || n, 'user' || n, 'token' || n, now() + interval '1 day' from generate_series(1, 10000) n;
      analyze users; analyze accounts; analyze sessions;`);
    if (renamed) await database.query(RENAMING);
    tables = await readTables({
      query: async <Result>(text: string) => (await database.query(text)) as Result,
    });
  });

  afterAll(() => database.drop());

  /** The nodes of the plan that the server's prepared statement comes to, top down. */
  async function planOf({ text }: PreparedQuery, ...values: string[]): Promise<string[]> {
    const [row] = await database.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `explain (format json, costs off) ${tables.resolve(text)}`,
      values,
    );
    const nodes: string[] = [];
    const visit = (plan: Plan) => {
      nodes.push([plan['Node Type'], plan['Index Name'] ?? plan['Relation Name']].filter(Boolean).join(' '));
      plan.Plans?.forEach(visit);
    };
    for (const { Plan: plan } of row?.['QUERY PLAN'] ?? []) visit(plan);
    return nodes;
  }

  test('finding a session by its token takes two index scans', async () => {
    expect(await planOf(findSessionByToken({ user: [], session: [] }), 'token7')).toEqual([
      'Nested Loop',
      'Index Scan sessions_token_key',
      'Index Scan users_pkey',
    ]);
  });

  test.each([
    ['tokens', findSessionsByTokens({ user: [], session: [] }), 'token', 'sessions_token_key'],
    ['ids', findSessionsByIds({ user: [], session: [] }), 'session', 'sessions_pkey'],
  ])(
    'finding several sessions by their %s takes the same scans, with one plan for any number of them',
    async (_, { name, text }, prefix, index) => {
      expect(await planOf({ name, text }, `{${prefix}7,${prefix}8}`)).toEqual([
        'Nested Loop',
        'ProjectSet',
        'Result',
        `Index Scan ${index}`,
        'Index Scan users_pkey',
      ]);
      const client = await database.pool.connect();
      try {
        for (let n = 1; n <= 10; n++) {
          const values = [Array.from({ length: n }, (__, number) => `${prefix}${number}`)];
          await client.query({ name, text: tables.resolve(text), values });
        }
        const { rows } = await client.query(
          'select generic_plans, custom_plans from pg_prepared_statements where name = $1',
          [name],
        );
        // After five custom plans PostgreSQL knows that a generic plan is not worse, and uses it.
        expect(rows).toEqual([{ generic_plans: '5', custom_plans: '5' }]);
      } finally {
        client.release();
      }
    },
  );

  test('finding a session by its id takes two index scans', async () => {
    expect(await planOf(findSessionById({ user: [], session: [] }), 'session7')).toEqual([
      'Nested Loop',
      'Index Scan sessions_pkey',
      'Index Scan users_pkey',
    ]);
  });

  test('finding credentials uses only indexes, also for an e-mail stored with capital letters', async () => {
    expect(await planOf(findCredentials([]), 'user1@example.com')).toEqual([
      'Limit',
      'Nested Loop',
      'Bitmap Heap Scan users',
      'BitmapOr',
      'Bitmap Index Scan users_email_key',
      'Bitmap Index Scan users_email_unnormalised_idx',
      'Index Scan accounts_user_id_idx',
    ]);
    const found = await database.query<UserRow>(tables.resolve(findCredentials([]).text), [
      'user1@example.com',
    ]);
    expect(found.map(({ user_id: id }) => id).sort()).toEqual(['twin', 'user1']);
  });

  test.each([
    ['sessions of a user', listSessions([], 100), ['user7', '2020-01-01'], 'sessions_user_id_idx'],
    ['accounts of a user', listAccounts(100), ['user7'], 'accounts_user_id_idx'],
    ['accounts of a user for a list', listAccountSummaries(100), ['user7'], 'accounts_user_id_idx'],
  ])('%s are found by an index scan', async (_, query, values, index) => {
    expect(await planOf(query, ...values)).toEqual(['Limit', 'Sort', `Index Scan ${index}`]);
  });

  test.each([
    ['sessions', listSessionsOfUsers([], 2), ['{user7,user8}', '2020-01-01'], 'sessions_user_id_idx'],
    ['accounts', listAccountSummariesOfUsers(2), ['{user7,user8}'], 'accounts_user_id_idx'],
  ])('%s of several users are found by one index scan for each user', async (_, query, values, index) => {
    const plan = await planOf(query, ...values);
    expect(plan.filter((node) => /Scan/.test(node))).toEqual(['Function Scan', `Index Scan ${index}`]);
    expect(plan).toContain('Nested Loop');
  });

  test.each([
    [
      'an account by its id',
      findAccount,
      ['account-user7', 'user7'],
      [expect.stringMatching(/^Index Scan accounts_(pkey|user_id_idx)$/)],
    ],
    [
      'an account by its id at the provider',
      findAccountByKey,
      ['credential', 'user7'],
      ['Index Scan accounts_provider_id_provider_user_id_key'],
    ],
    ['a user by the id', findUserById([]), ['user7'], ['Index Scan users_pkey']],
    [
      'a user to be updated',
      updateUser({ name: '', updated_at: '' }, []),
      ['user7', 'Ada', '2020-01-01'],
      ['ModifyTable users', 'Index Scan users_pkey'],
    ],
  ])('%s is found by an index scan', async (_, query, values, plan) => {
    expect(await planOf(query, ...values)).toEqual(plan);
  });

  test.each([findUsersByEmail([]), findEmail])('$name uses indexes alone', async (query) => {
    const plan = await planOf(query, 'user1@example.com');
    expect(plan.filter((node) => node !== 'Limit')).toEqual([
      'Bitmap Heap Scan users',
      'BitmapOr',
      'Bitmap Index Scan users_email_key',
      'Bitmap Index Scan users_email_unnormalised_idx',
    ]);
  });

  test('a list for several users has at most the limit of rows for each user', async () => {
    await database.query(`
      insert into ${tables.viewOf('sessions')} (id, user_id, token, expires_at, created_at)
      select 'more' || u || n, 'user' || u, 'more' || u || n, now() + interval '1 day', now() + n * interval '1 second'
        from generate_series(1, 2) u, generate_series(1, 3) n`);
    const rows = await database.query<SessionRow>(tables.resolve(listSessionsOfUsers([], 3).text), [
      ['user2', 'user1'],
      new Date(),
    ]);
    const idsOf = (user: string) => rows.filter((row) => row.user_id === user).map(({ id }) => id);
    expect(idsOf('user1')).toEqual(['session1', 'more11', 'more12']);
    expect(idsOf('user2')).toEqual(['session2', 'more21', 'more22']);
  });
});
