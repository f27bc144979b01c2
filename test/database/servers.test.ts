import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DATABASE_LIMITS } from '../../src/config/database-config.js';
import { DemotionWatch } from '../../src/database/demotion-watch.js';
import { connect } from '../../src/database/connect.js';
import { ServerClient, toOneOf } from '../../src/database/server-client.js';
import type { ServerDataSource } from '../../src/database/server-data-source.js';
import { Servers } from '../../src/database/servers.js';
import { MIGRATED } from '../setup/gatehouse.js';
import { createDatabase, serverUrl, type TestDatabase } from '../setup/database.js';

const NOBODY = '127.0.0.1:1';

let writable: TestDatabase;
let readOnly: string;

/** Two servers with a database of the same name. That of the older one is read-only. */
beforeAll(async () => {
  writable = await createDatabase({ template: MIGRATED });
  const name = new URL(writable.url).pathname.slice(1);
  const oldest = new pg.Client({ connectionString: serverUrl(14) });
  await oldest.connect();
  await oldest.query(`create database ${name}`);
  await oldest.query(`alter database ${name} set default_transaction_read_only = on`);
  await oldest.end();
  readOnly = new URL(serverUrl(14)).host;
});

afterAll(async () => {
  await writable.drop();
  const oldest = new pg.Client({ connectionString: serverUrl(14) });
  await oldest.connect();
  await oldest.query(`drop database ${new URL(writable.url).pathname.slice(1)} with (force)`);
  await oldest.end();
});

const hostOf = (url: string) => new URL(url).host;
const listed = (hosts: readonly string[], attributes = '') =>
  `${writable.url.replace(hostOf(writable.url), hosts.join(','))}${attributes && `?target_session_attrs=${attributes}`}`;
const chosen = async (hosts: readonly string[], attributes?: string) =>
  hostOf((await new Servers(listed(hosts, attributes), 2000).choose()).url);

test('takes the first server of the list that answers', async () => {
  const own = hostOf(writable.url);
  expect(await chosen([own, readOnly])).toBe(own);
  expect(await chosen([readOnly, own])).toBe(readOnly);
  expect(await chosen([NOBODY, own])).toBe(own);
});

test('takes the server that target_session_attrs asks for', async () => {
  const own = hostOf(writable.url);
  expect(await chosen([NOBODY, readOnly, own], 'read-write')).toBe(own);
  expect(await chosen([own, readOnly], 'read-only')).toBe(readOnly);
  expect(await chosen([NOBODY, own], 'primary')).toBe(own);
  expect(await chosen([own, readOnly], 'prefer-standby')).toBe(own);
  await expect(chosen([NOBODY, own], 'standby')).rejects.toEqual(
    expect.objectContaining({
      message: 'no database server is standby',
      detail: expect.stringMatching(new RegExp(`^${NOBODY}: .*; ${own} is a primary$`)) as unknown,
    }),
  );
});

test('a client says why no server fits', async () => {
  const servers = new Servers(listed([readOnly], 'read-write'), 2000);
  const client = new ServerClient(toOneOf(servers));
  await expect(client.connect()).rejects.toMatchObject({
    message: 'no database server is read-write',
    detail: `${readOnly} is read-only`,
  });
});

test('a new connection to the server chosen before is checked again', async () => {
  const name = new URL(writable.url).pathname.slice(1);
  const servers = new Servers(listed([hostOf(writable.url)], 'read-write'), 2000);
  const connection = () => new ServerClient(toOneOf(servers));
  const first = connection();
  await first.connect();
  await writable.administer(`alter database ${name} set default_transaction_read_only = on`);
  await expect(connection().connect()).rejects.toThrow('the database server has changed its role');
  await writable.administer(
    `set transaction_read_only = off; alter database ${name} reset default_transaction_read_only`,
  );
  const last = connection();
  await last.connect();
  await Promise.all([first.end(), last.end()]);
});

describe('a server that is demoted while connections to it are open', () => {
  let dataSource: ServerDataSource;

  beforeAll(async () => {
    const url = listed([readOnly, hostOf(writable.url)], 'read-write');
    const limits = DATABASE_LIMITS;
    dataSource = await connect({ url, directUrl: url, poolSize: 3, preparedStatements: true, limits }, []);
  });

  afterAll(() => dataSource.destroy());

  const WRITE = 'update users set name = name';
  const pidOf = async (client: pg.PoolClient) =>
    (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;

  test('is left with its first refused write, by all connections', async () => {
    const [demoted, busy, idle] = await Promise.all(
      Array.from({ length: 3 }, () => dataSource.pool.connect()),
    );
    if (!demoted || !busy || !idle) throw new Error('The pool is too small.');
    const before = await Promise.all([demoted, busy, idle].map(pidOf));
    idle.release();
    await demoted.query('set default_transaction_read_only = on');
    const waiting = busy.query('select pg_sleep(5)');
    await expect(Promise.all([demoted.query(WRITE), waiting.catch(() => {})])).rejects.toMatchObject({
      code: '25006',
    });
    await expect(waiting).rejects.toThrow('the database server no longer accepts writes');
    demoted.release();
    busy.release();
    await dataSource.query(WRITE);
    const now = await Promise.all(Array.from({ length: 3 }, () => dataSource.pool.connect()));
    expect((await Promise.all(now.map(pidOf))).filter((pid) => before.includes(pid))).toEqual([]);
    for (const client of now) client.release();
  });

  test('is left within a second if nobody writes', async () => {
    const watch = new DemotionWatch(dataSource);
    watch.onApplicationBootstrap();
    const pid = async () =>
      (await dataSource.query<{ pid: number }[]>('select pg_backend_pid() as pid'))[0]?.pid;
    await dataSource.query('set default_transaction_read_only = on');
    const [before, begin] = [await pid(), performance.now()];
    while ((await pid().catch(() => before)) === before) await sleep(20);
    watch.onModuleDestroy();
    expect(performance.now() - begin).toBeLessThan(2000);
    await dataSource.query(WRITE);
  });

  test('is left by a transaction that TypeORM runs, which fails with the reason', async () => {
    const work = dataSource.transaction(async (manager) => {
      await manager.query('set local default_transaction_read_only = on');
      await manager.query('set transaction read only');
      await manager.query(WRITE);
    });
    await expect(work).rejects.toMatchObject({ driverError: { code: '25006' } });
    await dataSource.query(WRITE);
  });
});
