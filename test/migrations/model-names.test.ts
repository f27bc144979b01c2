import { inProcess } from '../legacy/wild/operator.js';
import { difference, isEmptyMigrationsTable, snapshot } from '../legacy/wild/snapshot.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { startGatehouse } from '../setup/gatehouse.js';
import { endIt, stepForward } from '../switch-over/support.js';

const HASH = `$2b$12$k/3EQQYJEzvTlTpgHyyH6uZ..t8OOov0plBaLe5LNnZADOlHIv1Ae`;

/** Tables of other applications, and their rows. */
const THEIRS: Readonly<Record<string, string>> = {
  sessions: `create table sessions (id varchar(255) primary key, user_id bigint, ip_address varchar(45), user_agent text,
               payload text not null, last_activity integer not null);
             create index sessions_user_id_index on sessions (user_id); insert into sessions values ('theirs', 1, null, null, 'x', 1);`,
  accounts: `create table accounts (id serial primary key, owner text not null); insert into accounts (owner) values ('them');`,
  verifications: `create table verifications (id serial primary key, code text); insert into verifications (code) values ('1');`,
  jwks: `create table jwks (kid text primary key, key jsonb); insert into jwks values ('k', '{}');`,
  rate_limits: `create table rate_limits (key text primary key, hits integer); insert into rate_limits values ('k', 1);`,
};
const VARIABLES: Readonly<Record<string, string>> = {
  sessions: 'SESSION_MODEL_NAME',
  accounts: 'ACCOUNT_MODEL_NAME',
  verifications: 'VERIFICATION_MODEL_NAME',
  jwks: 'JWKS_MODEL_NAME',
  rate_limits: 'RATE_LIMIT_MODEL_NAME',
};

const USERS = `create table users (id serial primary key, email text not null, password text, is_active boolean default true);
               insert into users (email, password) values ('Ada@Example.com', '${HASH}');`;
/** Names that ours would take, on tables that are not ours. */
const COLLISIONS = `
  create table notes (id serial constraint accounts_user_id_fkey primary key, user_id integer constraint sessions_user_id_fkey references users (id),
                      constraint auth_accounts_user_id_fkey unique (user_id));
  create index users_email_key on notes (user_id); create index sessions_user_id_idx on notes (user_id);
  create index auth_sessions_user_id_idx on notes (user_id); create index users_email_unnormalised_idx on notes (user_id);
  create index auth_sessions_token_key on notes (user_id); create index auth_accounts_provider_id_provider_user_id_key on notes (user_id);
  create index rate_limits_key_key on notes (user_id); create index verifications_identifier_idx on notes (user_id);`;

const ALL = Object.keys(THEIRS);
const settingsFor = (tables: readonly string[]) =>
  Object.fromEntries(tables.map((table) => [VARIABLES[table] ?? '', `auth_${table}`]));

const CASES = [
  ...ALL.map((table) => ({ tables: [table], settings: settingsFor([table]) })),
  { tables: ALL, settings: settingsFor(ALL) },
];

const theirRows = async (database: TestDatabase, tables: readonly string[]) => {
  const rows: unknown[] = [];
  for (const table of tables) rows.push(await database.query(`select * from ${table}`));
  return rows;
};

test('a name in capitals is refused in one sentence, and the one it proposes works', async () => {
  const database = await createDatabase();
  try {
    await database.query(USERS);
    const before = await snapshot(database);
    const refused = await inProcess(database.url, { SESSION_MODEL_NAME: 'AuthSessions' }).run();
    expect(refused.output).toMatch(
      /SESSION_MODEL_NAME is "AuthSessions", .* SESSION_MODEL_NAME=auth_sessions\./,
    );
    expect(difference(before, await snapshot(database))).toEqual([]);
    const run = await inProcess(database.url, { SESSION_MODEL_NAME: 'auth_sessions' }).run();
    expect(run).toEqual({ done: true, output: '' });
  } finally {
    await database.drop();
  }
});

describe.each(CASES)('with $settings', ({ tables, settings }) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
    await database.query([USERS, ...tables.map((table) => THEIRS[table] ?? ''), COLLISIONS].join('\n'));
  });
  afterEach(() => database.drop());

  test('the tables of the other application stay untouched, through the switch-over', async () => {
    const theirs = await theirRows(database, tables);
    const operator = inProcess(database.url, settings);
    expect(await operator.plan()).toMatchObject({ done: true });
    expect(await operator.run()).toEqual({ done: true, output: '' });
    expect(await operator.check()).toMatchObject({ done: true });
    const server = await startGatehouse({ ...settings, RATE_LIMIT_ENABLED: 'false' }, database);
    try {
      const post = async (route: string, body: object) =>
        (
          await fetch(`${server.origin}/api/auth/${route}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', origin: server.origin },
            body: JSON.stringify(body),
          })
        ).status;
      const eve = { email: 'eve@example.com', password: 'correct horse 99', name: 'Eve' };
      expect([await post('sign-up/email', eve), await post('sign-in/email', eve)]).toEqual([200, 200]);
    } finally {
      await server.stop();
    }
    const before = { ...process.env };
    Object.assign(process.env, settings);
    try {
      await stepForward(database);
      await stepForward(database);
      await endIt(database);
    } finally {
      for (const name of Object.keys(settings)) if (before[name] === undefined) delete process.env[name];
    }
    expect(await operator.check()).toMatchObject({ done: true });
    expect(await operator.revertAll()).toEqual({ done: true, output: '' });
    expect(await theirRows(database, tables)).toEqual(theirs);
  });

  test('a revert gives everything back', async () => {
    const operator = inProcess(database.url, settings);
    const before = await snapshot(database);
    expect(await operator.run()).toEqual({ done: true, output: '' });
    expect(await operator.revertAll()).toEqual({ done: true, output: '' });
    const left = difference(before, await snapshot(database)).filter((line) => !isEmptyMigrationsTable(line));
    expect(left).toEqual([]);
  });

  test('a later command without the variables touches nothing of theirs', async () => {
    const before = await snapshot(database);
    const theirs = await theirRows(database, tables);
    expect(await inProcess(database.url, settings).run()).toEqual({ done: true, output: '' });
    const forgetful = inProcess(database.url, {});
    for (const step of ['run', 'plan', 'check', 'revertAll'] as const) {
      const { done, output } = await forgetful[step]();
      if (!done) expect([step, output]).toEqual([step, expect.stringContaining('_MODEL_NAME')]);
      expect(await theirRows(database, tables)).toEqual(theirs);
    }
    await inProcess(database.url, settings).revertAll();
    const left = difference(before, await snapshot(database)).filter((line) => !isEmptyMigrationsTable(line));
    expect(left).toEqual([]);
  });
});
