import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/assembly/load-config.js';
import { connect } from '../../src/database/connect.js';
import { RowHooks } from '../../src/database/row-hooks.js';
import { PreparedQueries } from '../../src/database/prepared-queries.js';
import { Logger } from '../../src/logging/logger.js';
import { OldCounts } from '../../src/rate-limits/old-counts.js';
import { RateLimitRules } from '../../src/rate-limits/rate-limit-rules.js';
import { ExpiredSessions } from '../../src/sessions/expired-sessions.js';
import { ExpiredVerifications } from '../../src/verifications/expired-verifications.js';
import { Sweeper } from '../../src/sweeping/sweeper.js';
import { createDatabase, type PostgresVersion, type TestDatabase } from '../setup/database.js';
import { MIGRATED, SECRET } from '../setup/gatehouse.js';

describe.each<[PostgresVersion]>([[18], [14]])('the sweeper on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  const dataSources: DataSource[] = [];

  beforeAll(async () => {
    database = await createDatabase({ version, template: MIGRATED });
    await database.query(`insert into users (id, name, email) values ('ada', 'Ada', 'ada@example.com')`);
  });

  beforeEach(async () => {
    await database.query(`
      delete from sessions; delete from verifications; delete from rate_limits;
      insert into sessions (id, user_id, token, expires_at)
        select 'expired' || n, 'ada', 'expired' || n, now() - interval '2 hours' from generate_series(1, 1200) n
        union all select 'lately', 'ada', 'lately', now() - interval '50 minutes'
        union all select 'alive', 'ada', 'alive', now() + interval '1 day';
      insert into verifications (id, identifier, value, expires_at)
        select 'expired' || n, 'x', '', now() - interval '2 hours' from generate_series(1, 700) n
        union all select 'alive', 'x', '', now() + interval '1 hour';
      insert into rate_limits (id, key, count, last_request)
        select 'old' || n, 'old' || n, 1, extract(epoch from now() - interval '2 hours') * 1000 from generate_series(1, 600) n
        union all select 'recent', 'recent', 1, extract(epoch from now() - interval '50 minutes') * 1000;`);
  });

  afterAll(async () => {
    await Promise.all(dataSources.map((dataSource) => dataSource.destroy()));
    await database.drop();
  });

  /** Each sweeper has its own connections, like the sweeper of another instance. */
  async function aSweeper(settings: Record<string, string> = {}, hooks = new RowHooks()): Promise<Sweeper> {
    const config = loadConfig({
      DATABASE_URL: database.url,
      BETTER_AUTH_SECRET: SECRET,
      LOG_LEVEL: 'silent',
      ...settings,
    });
    const dataSource = await connect(config.database, []);
    dataSources.push(dataSource);
    const sweeper = new Sweeper(new PreparedQueries(dataSource, config), new Logger(config));
    expect(new ExpiredSessions(sweeper)).toBeDefined();
    expect(new ExpiredVerifications(sweeper, hooks, config)).toBeDefined();
    new OldCounts(sweeper, new RateLimitRules(config)).onModuleInit();
    return sweeper;
  }

  const idsIn = async (table: string) =>
    (await database.query<{ id: string }>(`select id from ${table} order by id`)).map(({ id }) => id);

  test.each(['true', 'false'])(
    'removes expired rows and no others, with DATABASE_PREPARED_STATEMENTS=%s',
    async (prepared) => {
      const sweeper = await aSweeper({ DATABASE_PREPARED_STATEMENTS: prepared });
      expect(await sweeper.sweep()).toBe(1200 + 700 + 600);
      expect(await idsIn('sessions')).toEqual(['alive', 'lately']);
      expect(await idsIn('verifications')).toEqual(['alive']);
      expect(await idsIn('rate_limits')).toEqual(['recent']);
    },
  );

  test('removes at most 500 rows per statement', async () => {
    await database.query(`
      create table batches (rows integer);
      create function note_batch() returns trigger language plpgsql as
        'begin insert into batches select count(*) from gone; return null; end';
      create trigger note_batch after delete on sessions referencing old table as gone
        for each statement execute function note_batch();`);
    await (await aSweeper()).sweep();
    const batches = await database.query<{ rows: number }>('select rows from batches order by rows');
    expect(batches.map(({ rows }) => rows)).toEqual([200, 500, 500]);
    await database.query('drop trigger note_batch on sessions');
  });

  test('several instances together remove each row once', async () => {
    const sweepers = await Promise.all([aSweeper(), aSweeper(), aSweeper()]);
    const removed = await Promise.all(sweepers.map((sweeper) => sweeper.sweep()));
    const last = await (await aSweeper()).sweep();
    expect(removed.reduce((sum, count) => sum + count, last)).toBe(1200 + 700 + 600);
  });

  test('removes nothing while another instance sweeps', async () => {
    const one = await database.pool.connect();
    try {
      await one.query('begin');
      await one.query('select pg_advisory_xact_lock(7162013847190022)');
      expect(await (await aSweeper()).sweep()).toBe(0);
      await one.query('rollback');
      expect(await (await aSweeper()).sweep()).toBe(1200 + 700 + 600);
    } finally {
      one.release();
    }
  });

  test('skips a locked row', async () => {
    const user = await database.pool.connect();
    try {
      await user.query('begin');
      await user.query(`select from sessions where id = 'expired7' for update`);
      expect(await (await aSweeper()).sweep()).toBe(1199 + 700 + 600);
    } finally {
      await user.query('rollback');
      user.release();
    }
  });

  test('VERIFICATION_DISABLE_CLEANUP keeps expired verifications', async () => {
    expect(await (await aSweeper({ VERIFICATION_DISABLE_CLEANUP: 'true' })).sweep()).toBe(1200 + 600);
  });

  test('leaves expired verifications to requests if a hook runs for them', async () => {
    const hooks = new RowHooks();
    hooks.add({ has: (model, action) => `${model} ${action}` === 'verification delete' });
    expect(await (await aSweeper({}, hooks)).sweep()).toBe(1200 + 600);
  });
});
