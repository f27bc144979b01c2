import pg from 'pg';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { OWNER } from '../setup/owner.mjs';
import { startRestartablePostgres } from '../setup/restartable-postgres.js';
import { startCommand } from './command.js';
import { legacyDatabase, migrate, revertFrom, VERSIONS } from './support.js';

const LEGACY = `
  create table users (id integer primary key, email text not null unique, full_name text);
  insert into users select n, n || '@Example.com', 'Name' from generate_series(1, 9000) as n`;

/** Writes enough WAL that a standby which does not replay it is too far behind. */
const WORK = `drop table if exists work; create table work as select n, repeat(md5(n::text), 60) as filling from generate_series(1, 45000) as n`;

const handled = async (database: TestDatabase) =>
  (
    await database.query<{ rows: number }>(
      `select rows::integer from gatehouse.backfills where name = 'backfill users'`,
    )
  )[0]?.rows;

describe.each(VERSIONS)('a backfill on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  /** All migrations have run, except the backfills and those after them. */
  beforeEach(async () => {
    database = await legacyDatabase(version, LEGACY);
    await migrate(database);
    await revertFrom(database, 'BackfillUsers');
  });
  afterEach(() => database.drop());

  const waiting = (locktype: string, since = '0 s') =>
    database.query(
      `select 1 from pg_locks join pg_stat_activity using (pid)
       where datname = current_database() and not granted and locktype = $1
         and waitstart < clock_timestamp() - $2::interval`,
      [locktype, since],
    );

  it('waits while other sessions wait for locks, no matter who holds them', async () => {
    await database.query('create table orders (id integer primary key); insert into orders values (1)');
    const [holder, other] = [await database.pool.connect(), await database.pool.connect()];
    await holder.query('begin; update orders set id = id');
    const queued = other.query('update orders set id = id');
    while ((await waiting('transactionid', '250 ms')).length === 0);
    const run = startCommand('run', database.url);
    await run.told('backfill users: waiting because other sessions wait for locks (1)');
    expect(await handled(database)).toBe(0);
    await holder.query('commit');
    await queued;
    holder.release();
    other.release();
    expect([await run.exit, run.output()]).toEqual([0, expect.anything()]);
    expect(await handled(database)).toBeGreaterThanOrEqual(9000);
  });

  it('halves its batches if another session waits for a row of one', async () => {
    const gate = await database.pool.connect();
    await gate.query('select pg_advisory_lock(1)');
    await database.query('vacuum full users');
    const batch = await database.query<{ id: number }>(
      'select id from (select id from users order by ctid limit 250) as u order by id',
    );
    const [first, later] = [batch[0], batch[125]];
    await database.query(`
      create table batches (until bigint);
      create function note() returns trigger language plpgsql as $$
        begin insert into batches values (new.rows); return null; end $$;
      create trigger note after update of cursor on gatehouse.backfills for each row
        when (new.name = 'backfill users') execute function note();
      create function gate() returns trigger language plpgsql as $$
        begin perform pg_advisory_xact_lock_shared(1); return new; end $$;
      create trigger gate before update on users for each row when (old.id = ${later?.id}) execute function gate()`);
    const run = startCommand('run', `${database.url}?options=-c%20lock_timeout%3D60s`);
    while ((await waiting('advisory')).length === 0);
    const legacyWrite = database.query(`update users set full_name = 'Another' where id = $1`, [first?.id]);
    while ((await waiting('transactionid')).length === 0);
    await gate.query('select pg_advisory_unlock(1)');
    gate.release();
    await legacyWrite;
    expect([await run.exit, run.output()]).toEqual([0, expect.anything()]);
    const [one, two] = await database.query<{ until: number }>(
      'select until::integer from batches order by 1 limit 2',
    );
    // Half of 2000 rows, or half of an eighth of them if others were working just then.
    expect([1000, 1000 / 8]).toContain((two?.until ?? 0) - (one?.until ?? 0));
  });
});

describe.each(VERSIONS)('a backfill on PostgreSQL %i with a standby', (version) => {
  it('waits while the standby is far behind, unless throttled is false', async () => {
    const server = await startRestartablePostgres(version);
    const standby = await server.addStandby();
    const replica = new pg.Client({ connectionString: standby.url });
    await replica.connect();
    const database = await createDatabase({ server: server.url });
    // PostgreSQL shows the progress of standbys only to members of this role.
    await database.administer(`grant pg_read_all_stats to ${OWNER}`);
    try {
      await database.query(LEGACY);
      await migrate(database);
      const told = () => database.query('update gatehouse.backfills set throttled = false');
      const caughtUp = () => replica.query('select pg_wal_replay_resume()');
      for (const end of [caughtUp, told]) {
        await revertFrom(database, 'BackfillUsers');
        await replica.query('select pg_wal_replay_pause()');
        await database.query(WORK);
        const run = startCommand('run', database.url);
        await run.told('MB behind');
        expect(run.output()).toMatch(/^backfill users: waiting because a standby is \d\d+ MB behind/m);
        expect(await handled(database)).toBe(0);
        await end();
        expect([await run.exit, run.output()]).toEqual([0, expect.anything()]);
        expect(await handled(database)).toBeGreaterThanOrEqual(9000);
      }
    } finally {
      await replica.end();
      await database.pool.end();
      await standby.stop();
      await server.stop();
    }
  });
});
