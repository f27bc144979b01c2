import { setTimeout as sleep } from 'node:timers/promises';
import { checkCompatibility } from '../../src/compat/compatibility.js';
import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import { MIGRATIONS } from '../../migrations/index.js';
import type { TestDatabase } from '../setup/database.js';
import { startCommand, type Command } from './command.js';
import { record } from './recorded.js';
import { catalogue, legacyDatabase, migrate, VERSIONS, withDataSource, withTables } from './support.js';

const HASH = '$2b$12$k/3EQQYJEzvTlTpgHyyH6uZ..t8OOov0plBaLe5LNnZADOlHIv1Ae';

const ROWS = 3000;

const LEGACY = `
  create table users (
    id serial primary key, email text not null unique, full_name text, hashed_password text, is_verified boolean,
    is_active boolean not null default true, tenant text not null, created_at timestamp, updated_at timestamp
  );
  create index users_tenant on users (tenant);
  insert into users (email, full_name, hashed_password, is_verified, tenant, created_at)
  select case when n % 7 = 0 then ' User' else 'user' end || n || '@example.com', 'Name',
         '$2b$12$' || rpad(n::text, 53, 'x'), n % 2 = 0, 't', now()
  from generate_series(1, ${ROWS}) as n`;

/** Locks stronger than SHARE UPDATE EXCLUSIVE that the migrations hold, and for how many seconds. */
const STRONG_LOCKS = `
  select c.relname as "table", l.mode, extract(epoch from clock_timestamp() - a.xact_start)::float as held
  from pg_locks l join pg_stat_activity a using (pid) join pg_class c on c.oid = l.relation
  where a.datname = current_database() and a.application_name like 'gatehouse-migrations%' and l.granted
    and c.relkind = 'r' and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`;

/** The longest time, in seconds, that another session has been waiting for a lock. */
const LONGEST_WAIT = `
  select coalesce(max(extract(epoch from clock_timestamp() - l.waitstart)), 0)::float as seconds
  from pg_locks l join pg_stat_activity a using (pid)
  where a.datname = current_database() and a.application_name not like 'gatehouse-migrations%' and not l.granted`;

const pausesOf = (run: Command) =>
  [...run.output().matchAll(/next attempt in (\d+) ms/g)].map(([, pause]) => Number(pause));

describe.each(VERSIONS)('a table in use on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await legacyDatabase(version, LEGACY);
  });
  afterEach(() => database.drop());
  const fileNode = () => database.query(`select pg_relation_filenode('users') as node`);

  it('can be read while a long transaction blocks the migrations, which retry after growing pauses', async () => {
    const holder = await database.pool.connect();
    await holder.query('begin; select from users limit 1');
    const run = startCommand('run', `${database.url}?options=-c%20lock_timeout%3D200ms`);
    let longest = 0;
    const test = { over: false };
    const reading = (async () => {
      while (!test.over) await database.query('select from users limit 1');
    })();
    while (pausesOf(run).length < 3 && !run.ended()) {
      const [wait] = await database.query<{ seconds: number }>(LONGEST_WAIT);
      longest = Math.max(longest, wait?.seconds ?? 0);
    }
    test.over = true;
    // Readers that queued behind the migrations did not have to wait for the long transaction.
    await reading;
    expect(longest).toBeLessThan(1);
    await holder.query('commit');
    holder.release();
    expect([await run.exit, run.output()]).toEqual([0, expect.anything()]);
    for (const [n, pause] of pausesOf(run).slice(0, 3).entries()) {
      const whole = 100 * 1.5 ** (n + 1);
      expect(pause).toBeGreaterThanOrEqual(Math.floor(whole / 2));
      expect(pause).toBeLessThanOrEqual(Math.ceil(whole));
    }
  });

  it('is never locked against reads and writes for 1 second, and no write fails', async () => {
    const node = await fileNode();
    const test = { over: false };
    let writes = 0;
    const application = async (who: number) => {
      for (let n = 0; !test.over; n++) {
        const email = `New-${who}-${n}@Example.com`;
        await database.query(
          `insert into users (email, full_name, hashed_password, tenant) values ($1, 'New', $2, 't')`,
          [email, HASH],
        );
        await database.query(`update users set full_name = 'Changed', is_active = false where id = $1`, [
          1 + ((n * 37 + who) % ROWS),
        ]);
        await database.query('select full_name from users where id = $1', [n]);
        if (n % 3 === 0) await database.query('delete from users where lower(email) = lower($1)', [email]);
        writes += 1;
        await sleep(10);
      }
    };
    const applications = Promise.all([application(1), application(2)]);
    const run = startCommand('run', database.url);
    const held: { table: string; mode: string; held: number }[] = [];
    let samples = 0;
    for (; !run.ended(); samples++) {
      held.push(...(await database.query<(typeof held)[0]>(STRONG_LOCKS)));
      await sleep(10);
    }
    test.over = true;
    await applications;
    expect([await run.exit, run.output()]).toEqual([0, expect.anything()]);
    expect(held.filter((lock) => lock.held >= 1)).toEqual([]);
    expect(samples).toBeGreaterThan(50);
    expect(writes).toBeGreaterThan(20);
    expect(await fileNode()).toEqual(node);
    const { findings, compared } = await withTables(database.url, (dataSource) =>
      checkCompatibility(dataSource, database.url, NO_FIELDS),
    );
    expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect(compared).toMatchObject([{ different: 0, changedSince: 0 }]);
  });

  it('is restored step by step, with everything that was written between the steps', async () => {
    const before = await catalogue(database);
    await migrate(database);
    const dropped = await withDataSource(database.url, async (dataSource) => {
      const statements = record(dataSource);
      for (let step = 0; step < MIGRATIONS.length; step++) {
        await database.query(
          `insert into users (email, full_name, hashed_password, tenant) values ($1, 'New', $2, 't')`,
          [`New${step}@Example.com`, HASH],
        );
        await database.query(`update users set full_name = $2, email = $3 where id = $1`, [
          step + 1,
          `Step ${step}`,
          `Step${step}@Example.com`,
        ]);
        await database.query('delete from users where id = $1', [1000 + step]);
        await dataSource.undoLastMigration();
      }
      return statements.filter((sql) => /^drop index/i.test(sql));
    });
    expect(dropped.length).toBeGreaterThan(0);
    for (const sql of dropped) expect(sql).toMatch(/^drop index concurrently/);
    expect(await catalogue(database)).toEqual(before);
    const steps = Array.from(MIGRATIONS, (_, step) => step);
    expect(await database.query(`select email from users where full_name = 'New' order by id`)).toEqual(
      steps.map((step) => ({ email: `New${step}@Example.com` })),
    );
    expect(
      await database.query(`select full_name, email from users where id <= $1 order by id`, [steps.length]),
    ).toEqual(steps.map((step) => ({ full_name: `Step ${step}`, email: `Step${step}@Example.com` })));
    expect(
      await database.query('select 1 from users where id between 1000 and $1', [999 + steps.length]),
    ).toEqual([]);
    expect(await database.query(`select count(*)::integer from users where email like ' User%'`)).not.toEqual(
      [{ count: 0 }],
    );
  });
});
