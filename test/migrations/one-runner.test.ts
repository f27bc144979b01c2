import { setTimeout as sleep } from 'node:timers/promises';
import { MIGRATIONS } from '../../migrations/index.js';
import type { TestDatabase } from '../setup/database.js';
import { hasPgBouncer, startPgBouncer, type TestPgBouncer } from '../setup/pgbouncer.js';
import { startCommand } from './command.js';
import { legacyDatabase, migrate, VERSIONS } from './support.js';

const LEGACY = `
  create table users (id serial primary key, email text not null unique, hashed_password text, created_at timestamp);
  insert into users (email, hashed_password, created_at)
  select 'user' || n || '@example.com', '$2b$12$' || rpad(n::text, 53, 'x'), now() from generate_series(1, 3000) as n;
`;

describe.each(VERSIONS)('a migration run on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await legacyDatabase(version, LEGACY);
  });
  afterEach(() => database.drop());

  const until = async (condition: string) => {
    while ((await database.query(`select 1 where ${condition}`)).length === 0) await sleep(10);
  };
  const indexWaits = `exists (select 1 from pg_stat_activity where datname = current_database()
    and query like 'create % index concurrently%' and wait_event_type = 'Lock')`;

  it('works while nine others wait, which then find nothing to do', async () => {
    const runners = Array.from({ length: 10 }, () => startCommand('run', database.url));
    expect(await Promise.all(runners.map((runner) => runner.exit))).toEqual(
      Array.from({ length: 10 }, () => 0),
    );
    const outputs = runners.map((runner) => runner.output());
    const executed = outputs.map((output) => output.match(/has been executed successfully/g)?.length ?? 0);
    expect(executed.toSorted((a, b) => b - a)).toEqual([
      MIGRATIONS.length,
      ...Array.from({ length: 9 }, () => 0),
    ]);
    expect(outputs.filter((output) => output.includes('No migrations are pending'))).toHaveLength(9);
    expect(await database.query('select count(*)::integer as done from gatehouse_migrations')).toEqual([
      { done: MIGRATIONS.length },
    ]);
  });

  it('ends the statement of a killed run, which would otherwise build its index forever', async () => {
    const reader = await database.pool.connect();
    await reader.query('begin isolation level repeatable read; select 1');
    const killed = startCommand('run', database.url);
    await until(indexWaits);
    killed.kill();
    expect(await killed.exit).toBeNull();
    await until(indexWaits);
    const next = startCommand('run', database.url);
    await until(`not ${indexWaits}`);
    await until(indexWaits);
    await reader.query('commit');
    reader.release();
    expect([await next.exit, next.output()]).toEqual([0, expect.stringContaining('executed successfully')]);
  });

  it('stops if it loses the connection with its lock, so that another run can take over', async () => {
    const reader = await database.pool.connect();
    await reader.query('begin isolation level repeatable read; select 1');
    const run = startCommand('run', database.url);
    await until(indexWaits);
    await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'gatehouse-migrations-lock'`,
    );
    expect([await run.exit, run.output()]).toEqual([
      1,
      expect.stringMatching(/lock was lost\. Run the command again/),
    ]);
    expect(run.output()).not.toMatch(/^\s+at /m);
    await reader.query('commit');
    reader.release();
    await migrate(database);
  });
});

const CAPACITY = { default_pool_size: '20', min_pool_size: '3' };

(hasPgBouncer ? describe : describe.skip)('behind PgBouncer', () => {
  let database: TestDatabase;
  let pooler: TestPgBouncer;
  beforeEach(async () => {
    database = await legacyDatabase(18, LEGACY);
  });
  afterEach(async () => {
    await pooler.stop();
    await database.drop();
  });
  const done = () =>
    database.query(
      `select 1 where to_regclass('gatehouse_migrations') is not null or to_regclass('accounts') is not null`,
    );

  it('in transaction mode runs and reverts over the direct URL', async () => {
    pooler = await startPgBouncer(database, { pool_mode: 'transaction', ...CAPACITY });
    const direct = { DATABASE_DIRECT_URL: database.url };
    expect(await startCommand('run', pooler.url, direct).exit).toBe(0);
    expect(await startCommand('revert', pooler.url, direct).exit).toBe(0);
    expect(await database.query('select count(*)::integer as done from gatehouse_migrations')).toEqual([
      { done: MIGRATIONS.length - 1 },
    ]);
  });

  it.each([
    ['transaction mode', { pool_mode: 'transaction', ...CAPACITY }],
    [
      'transaction mode that ignores startup parameters',
      { pool_mode: 'transaction', ignore_startup_parameters: 'options', ...CAPACITY },
    ],
    [
      'transaction mode with round robin',
      {
        pool_mode: 'transaction',
        ignore_startup_parameters: 'options',
        server_round_robin: '1',
        ...CAPACITY,
      },
    ],
    [
      'transaction mode with few connections',
      { pool_mode: 'transaction', ignore_startup_parameters: 'options', default_pool_size: '2' },
    ],
    ['statement mode', { pool_mode: 'statement', ignore_startup_parameters: 'options', ...CAPACITY }],
  ])('in %s says what to set if there is only the URL of the pooler', async (_what, settings) => {
    pooler = await startPgBouncer(database, settings);
    const run = startCommand('run', pooler.url);
    expect(await run.exit).toBe(1);
    expect(run.output()).toMatch(/leads to a connection pooler.*set DATABASE_DIRECT_URL/);
    expect(run.output()).not.toMatch(/^\s+at /m);
    expect(await done()).toEqual([]);
  });

  it('in session mode runs', async () => {
    pooler = await startPgBouncer(database, {
      pool_mode: 'session',
      ignore_startup_parameters: 'options',
      ...CAPACITY,
    });
    expect(await startCommand('run', pooler.url).exit).toBe(0);
  });
});
