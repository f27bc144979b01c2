import pg from 'pg';
import { createDatabase, type PostgresVersion, type TestDatabase } from '../setup/database.js';
import { registerCache } from '../../src/sessions/cache/registration.js';
import { MIGRATED } from '../setup/gatehouse.js';
import { OWNER } from '../setup/owner.mjs';

describe.each<[PostgresVersion]>([[18], [14]])('on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  let listener: pg.Client;
  let heard: string[];

  beforeAll(async () => {
    database = await createDatabase({ version, template: MIGRATED });
    listener = new pg.Client({ connectionString: database.url });
    await listener.connect();
    await listener.query('listen gatehouse_sessions');
    await database.query('insert into gatehouse.session_caches default values');
    listener.on('notification', ({ payload = '' }) => heard.push(payload));
  });

  beforeEach(async () => {
    await database.query(`delete from sessions`);
    await database.query(`insert into users (id, name, email)
      select 'user' || n, 'User', 'user' || n || '@example.com' from generate_series(1, 500) n on conflict do nothing`);
    await database.query(`insert into sessions (id, user_id, token, expires_at)
      select 'session' || n, 'user' || n, 'secret' || n, now() + interval '1 day' from generate_series(1, 500) n`);
    await listener.query('select 1');
    heard = [];
  });

  afterAll(async () => {
    await listener.end();
    await database.drop();
  });

  /** Messages that listeners get for the statement. The listener's query is answered after all of them. */
  async function toldOf(statement: string): Promise<unknown[]> {
    await database.query(statement);
    await listener.query('select 1');
    return heard.map((payload): unknown => (payload === '' ? 'everything' : JSON.parse(payload)));
  }

  test.each<[string, unknown[]]>([
    [`delete from sessions where token = 'secret7'`, [{ sessions: ['session7'] }]],
    [`update sessions set expires_at = now() where id = 'session7'`, [{ sessions: ['session7'] }]],
    [`update sessions set token = 'other' where id = 'session7'`, [{ sessions: ['session7'] }]],
    [`delete from sessions where id in ('session7', 'session8')`, [{ sessions: ['session7', 'session8'] }]],
    [`update users set banned = true where id = 'user7'`, [{ users: ['user7'] }]],
    [`delete from users where id = 'user7'`, [{ sessions: ['session7'] }, { users: ['user7'] }]],
    [`delete from sessions`, ['everything']],
    [`update sessions set user_agent = 'x'`, ['everything']],
    [`update users set name = 'Other'`, ['everything']],
    [`truncate sessions`, ['everything']],
    [`delete from sessions where false`, []],
    [`update users set name = name where false`, []],
    [`insert into users (id, name, email) values (gen_random_uuid(), 'New', gen_random_uuid())`, []],
  ])('%s', async (statement, told) => {
    const payloads = await toldOf(statement);
    expect(payloads).toHaveLength(told.length);
    expect(payloads).toEqual(expect.arrayContaining(told));
  });

  test('deleting sessions that expired long ago sends nothing', async () => {
    await database.query(`update sessions set expires_at = now() - interval '2 hours' where id = 'session7'`);
    await listener.query('select 1');
    heard = [];
    expect(await toldOf(`delete from sessions where expires_at < now() - interval '1 hour'`)).toEqual([]);
  });

  test('a transaction with many statements sends at most about 100 messages', async () => {
    const payloads = await toldOf(`delete from users where id <> 'user7'`);
    expect(payloads.length).toBeLessThanOrEqual(102);
    expect(payloads).toContain('everything');
  });

  test('ids that are too long for a message drop everything', async () => {
    await database.query(`update sessions set id = rpad(id, 255, 'ä') where id < 'session15'`);
    await listener.query('select 1');
    heard = [];
    expect(await toldOf(`delete from sessions where id like '%ä'`)).toEqual(['everything']);
  });

  test('no message contains a token', async () => {
    await toldOf(`delete from sessions where token = 'secret9'`);
    expect(heard.join()).not.toContain('secret');
  });

  describe('before a server with a session cache has started', () => {
    beforeAll(() => database.query('delete from gatehouse.session_caches'));
    afterAll(() =>
      database.query('insert into gatehouse.session_caches default values on conflict do nothing'),
    );

    test('a change sends nothing', async () => {
      expect(await toldOf(`update users set name = 'Other' where id = 'user7'`)).toEqual([]);
    });

    test('a transaction that reads an old snapshot sends all the same', async () => {
      const change = `update users set name = 'Other' where id = 'user7'`;
      const sent = await toldOf(`begin isolation level repeatable read; ${change}; commit`);
      expect(sent).toEqual([{ users: ['user7'] }]);
    });

    test('a server registers only after the transactions that send nothing have ended, and later ones send', async () => {
      const [writer, server] = [await database.pool.connect(), new pg.Client(database.url)];
      await server.connect();
      try {
        await writer.query(`begin; update users set name = 'Other' where id = 'user7'`);
        expect(await registerCache(server)).toBe(false);
        const registering = registerCache(server);
        await untilItWaits();
        const sent = await toldOf(`update users set name = 'Other' where id = 'user8'`);
        expect(sent).toEqual([{ users: ['user8'] }]);
        await writer.query('commit');
        expect(await registering).toBe(true);
        expect(await toldOf(`update users set name = 'Other' where id = 'user9'`)).toHaveLength(2);
      } finally {
        writer.release();
        await server.end();
      }
    });

    async function untilItWaits(): Promise<void> {
      for (;;) {
        const text = `select from pg_locks where locktype = 'advisory' and not granted`;
        if ((await database.query(text)).length > 0) return;
      }
    }
  });

  test('a role that may only write users can do so', async () => {
    await database.administer(
      `drop role if exists legacy_writer; create role legacy_writer; grant legacy_writer to ${OWNER}`,
    );
    await database.query('grant select, update on users to legacy_writer');
    const client = await database.pool.connect();
    try {
      await client.query(`set role legacy_writer; set search_path to pg_catalog`);
      await client.query(`update public.users set name = 'Other' where id = 'user8'`);
    } finally {
      await client.query('reset role; reset search_path');
      client.release();
    }
    await database.administer('drop owned by legacy_writer; drop role legacy_writer');
    await listener.query('select 1');
    expect(heard).toEqual(['{"users" : ["user8"]}']);
  });
});
