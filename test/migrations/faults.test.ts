import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { OWNER } from '../setup/owner.mjs';
import { expectOneSentence, runToEnd } from '../setup/run-to-end.js';
import { startCommand } from './command.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await database.query(
    `create table users (id text primary key, email text not null unique, secret_thing text)`,
  );
});
afterAll(() => database.drop());

const COMMANDS = ['migration-plan', 'migration-run', 'migration-revert', 'migration-show', 'compat-check'];

const run = async (program: string, environment: Record<string, string>) =>
  runToEnd(`dist/src/commands/${program}.js`, { environment: { NO_COLOR: '1', ...environment } });

const changed = (change: (url: URL) => void) => {
  const url = new URL(database.url);
  change(url);
  return url.href;
};

describe('all commands end with one sentence', () => {
  test.each([
    ['no URL', () => ({ DATABASE_URL: 'nonsense' }), /DATABASE_URL must be a PostgreSQL URL/],
    [
      'a missing database',
      () => ({ DATABASE_URL: changed((url) => (url.pathname = '/nowhere')) }),
      /^Database "nowhere" does not exist/,
    ],
    [
      'a wrong password',
      () => ({ DATABASE_URL: changed((url) => (url.password = 'sesame')) }),
      /refuses user "app_owner"/,
    ],
    [
      'a missing role',
      () => ({ DATABASE_URL: changed((url) => (url.username = 'nobody')) }),
      /refuses user "nobody"/,
    ],
    [
      'no server',
      () => ({ DATABASE_URL: 'postgresql://a:b@127.0.0.1:1/x' }),
      /^No PostgreSQL answers at 127\.0\.0\.1:1/,
    ],
    [
      'a misspelt variable',
      () => ({ DATABASE_URL: database.url, LEGACY_PASSWORT_COLUMN: 'x' }),
      /LEGACY_PASSWORT_COLUMN is not a setting\. Rename it to LEGACY_PASSWORD_COLUMN\.$/,
    ],
    [
      'an unknown variable of the migrations',
      () => ({ DATABASE_URL: database.url, LEGACY_PASSWORD_HASHING: 'x' }),
      /LEGACY_PASSWORD_HASHING is not a setting\. Remove it, or use one of: LEGACY_PASSWORD_COLUMN/,
    ],
    [
      'an unknown value',
      () => ({ DATABASE_URL: database.url, LEGACY_MISSING_EMAIL: 'ignore' }),
      /LEGACY_MISSING_EMAIL must be one of stop, skip, placeholder/,
    ],
  ])('with %s', async (_what, environment, sentence) => {
    const ended = await Promise.all(COMMANDS.map((program) => run(program, environment())));
    for (const one of ended) expectOneSentence(one, sentence, 'sesame');
  });
});

test('one message lists every fault of the settings', async () => {
  const { code, err } = await run('migration-run', {
    DATABASE_URL: database.url,
    LEGACY_MISSING_EMAIL: 'ignore',
    LEGACY_TRIGGERS: 'off',
    WRAP_WEAK_HASHS: 'true',
  });
  expect(code).toBe(1);
  expect(err).toMatch(/^The configuration has 3 faults:\n(?: {2}- .*\n){3}$/);
});

test('a session that accepts no writes is refused before anything changes', async () => {
  const name = new URL(database.url).pathname.slice(1);
  await database.administer(
    `alter role ${OWNER} in database ${name} set default_transaction_read_only to on`,
  );
  try {
    for (const program of ['migration-run', 'migration-revert'])
      expectOneSentence(
        await run(program, { DATABASE_URL: database.url }),
        /accepts no writes in this session, so nothing was changed/,
      );
  } finally {
    await database.administer(`alter role ${OWNER} in database ${name} reset default_transaction_read_only`);
  }
});

test('showing the migrations of an untouched database leaves nothing behind', async () => {
  expect(await run('migration-show', { DATABASE_URL: database.url })).toMatchObject({ code: 0, err: '' });
  expect(await run('migration-revert', { DATABASE_URL: database.url })).toMatchObject({ code: 0, err: '' });
  expect(await database.query(`select to_regclass('gatehouse_migrations') as found`)).toEqual([
    { found: null },
  ]);
});

test.each(['run', 'revert'] as const)(
  'migration:%s that loses its connection while it waits for the lock ends with one sentence',
  async (command) => {
    const holder = await database.pool.connect();
    await holder.query('select pg_advisory_lock(7162013847190021)');
    const waiting = startCommand(command, database.url);
    await waiting.told('Waiting until it ends');
    await sleep(300);
    await database.administer(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like 'gatehouse-migrations%'`,
    );
    expect(await waiting.exit).toBe(1);
    holder.release(true);
    expect(waiting.output()).toMatch(
      /was lost while waiting for the lock of the migrations\. Nothing was changed/,
    );
    expect(waiting.output()).not.toMatch(/^\s+at /m);
    expect(await database.query(`select to_regclass('gatehouse_migrations') as found`)).toEqual([
      { found: null },
    ]);
  },
);
