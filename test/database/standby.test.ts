import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startBreakableProxy, type BreakableProxy } from '../setup/breakable-proxy.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { migrate } from '../setup/migrate.js';
import { aMember, aStranger, bearer, onAnotherDevice, type Member } from '../setup/people.js';
import { startRestartablePostgres, type RestartablePostgres } from '../setup/restartable-postgres.js';

const PLUGIN = { PLUGINS: 'admin' };

let primary: RestartablePostgres;
let replication: BreakableProxy;
let standby: { url: string; stop(): Promise<void> };
let database: TestDatabase;
/** Names the standby before the primary. */
let url: string;

beforeAll(async () => {
  primary = await startRestartablePostgres(18);
  database = await createDatabase({ server: primary.url });
  replication = await startBreakableProxy(primary.url);
  standby = await primary.addStandby(replication.url);
  await administer("alter system set synchronous_standby_names = '*'");
  const [first, second] = [hostOf(standby.url), hostOf(primary.url)];
  url = `${database.url.replace(second, `${first},${second}`)}?target_session_attrs=read-write`;
}, 60_000);

afterAll(async () => {
  await database.pool.end();
  await standby.stop();
  await replication.stop();
  await primary.stop();
});

async function administer(setting: string): Promise<void> {
  await database.administer(setting);
  await database.administer('select pg_reload_conf()');
}

const hostOf = (server: string) => new URL(server).host;

test('migration:run finds the primary behind a standby in the list', async () => {
  await migrate({ ...database, url }, PLUGIN);
  expect(await database.query('select from users')).toEqual([]);
});

test('migration:run says why no server of the list fits', async () => {
  const list = url.replace(/,[^/]*/, ',127.0.0.1:1');
  await expect(migrate({ ...database, url: list }, PLUGIN)).rejects.toThrow(
    /no database server is read-write: 127\.0\.0\.1:\d+ is a standby; 127\.0\.0\.1:1: the database does not answer\./,
  );
});

interface Seen {
  readonly at: number;
  readonly status: number;
  readonly text: string;
}

describe('a replica answers reads that may be old', () => {
  let gatehouse: Gatehouse;
  let ada: Member;
  let atStandby: pg.Client;
  /** Between the server and the replica. */
  let network: BreakableProxy;

  beforeAll(async () => {
    network = await startBreakableProxy(database.url.replace(hostOf(primary.url), hostOf(standby.url)));
    gatehouse = await startGatehouse(
      { ...PLUGIN, DATABASE_REPLICA_URL: network.url, DATABASE_REPLICA_MAX_LAG: '2' },
      { ...database, url },
    );
    ada = await aMember(gatehouse);
    await database.query("update users set role = 'admin'");
    atStandby = new pg.Client({ connectionString: standby.url });
    await atStandby.connect();
  });

  afterAll(async () => {
    await atStandby.end();
    await gatehouse.stop();
  });

  const providers = async () => {
    const answer = await ada.client.get('/api/auth/list-accounts');
    return answer.json<{ providerId: string }[]>().map(({ providerId }) => providerId);
  };
  const names = async () => {
    const answer = await ada.client.get('/api/auth/admin/list-users');
    const { users, total } = answer.json<{ users: { name: string }[]; total: number }>();
    return [total, ...users.map(({ name }) => name)];
  };
  const sessions = async () => (await ada.client.get('/api/auth/list-sessions')).json<unknown[]>().length;
  const until = async (reached: () => Promise<boolean>) => {
    while (!(await reached())) await sleep(20);
  };

  test('while it is current: lists of accounts and of users, and no session', async () => {
    await until(async () => (await providers()).length === 1 && (await names())[1] === 'Ada');
    await onAnotherDevice(gatehouse, ada);
    await atStandby.query('select pg_wal_replay_pause()');
    await database.query("update accounts set provider_id = 'another'");
    await database.query("update users set name = 'Countess'");
    expect(await providers()).toEqual(['credential']);
    expect(await names()).toEqual([1, 'Ada']);
    expect(await sessions()).toBe(2);
    expect((await ada.client.get('/api/auth/get-session')).text).toContain('Countess');
  });

  test('until it is later than DATABASE_REPLICA_MAX_LAG', async () => {
    await until(async () => (await providers())[0] === 'another');
    expect(await names()).toEqual([1, 'Countess']);
    await gatehouse.told('the replica is late or away');
  });

  test('again when it has caught up', async () => {
    await atStandby.query('select pg_wal_replay_resume()');
    await gatehouse.told('the replica is back');
    expect(await names()).toEqual([1, 'Countess']);
  });

  test('until it is away, and no request fails then', async () => {
    await atStandby.query('select pg_wal_replay_pause()');
    await database.query("update users set name = 'Ada'");
    expect(await names()).toEqual([1, 'Countess']);
    await network.stop();
    expect(await names()).toEqual([1, 'Ada']);
    await atStandby.query('select pg_wal_replay_resume()');
  });
});

test('a primary that becomes read-only is left, although no connection breaks', async () => {
  const gatehouse = await startGatehouse({ ...PLUGIN, SESSION_CACHE: 'true' }, { ...database, url });
  const ada = await aMember(gatehouse);
  const status = async () => (await ada.client.get('/api/auth/get-session')).status;
  await gatehouse.told('listening on');
  expect(await status()).toBe(200);
  await administer('alter system set default_transaction_read_only = on');
  const end = performance.now() + 2000;
  while ((await status()) === 200 && performance.now() < end) await sleep(20);
  expect(await status()).toBe(503);
  const ready = await aStranger(gatehouse).get('/health/ready');
  expect(ready.json()).toEqual({ status: 'unavailable', check: 'no database server is read-write' });
  await administer('alter system reset default_transaction_read_only');
  await gatehouse.told('the session cache is on again');
  const patience = performance.now() + 10_000;
  while ((await status()) !== 200 && performance.now() < patience) await sleep(20);
  expect(await status()).toBe(200);
  await gatehouse.stop();
});

/** About 100 requests per second: in turn one that reads a session, and one that revokes another. */
describe('when the primary crashes and the standby is promoted', () => {
  const SESSIONS = 300;
  const CRASH_AFTER = SESSIONS / 3;
  let gatehouse: Gatehouse;
  let ada: Member;
  let crashedAt = 0;
  const looks: Seen[] = [];
  const revocations: (Seen & { readonly token: string })[] = [];

  beforeAll(async () => {
    gatehouse = await startGatehouse(
      { SESSION_CACHE: 'true', DATABASE_STATEMENT_TIMEOUT: '1' },
      { ...database, url },
    );
    ada = await aMember(gatehouse);
    await database.query(
      `insert into sessions (id, user_id, token, expires_at, created_at, updated_at)
       select 'session-' || n, $1, 'token-' || n, now() + interval '1 day', now(), now() from generate_series(1, $2) as n`,
      [ada.id, SESSIONS],
    );
    const running: Promise<unknown>[] = [];
    for (let n = 1; n <= SESSIONS; n++) {
      const token = `token-${n}`;
      running.push(n % 2 ? look(token).then((seen) => looks.push(seen)) : revoke(token));
      if (n === CRASH_AFTER) running.push(failOver());
      await sleep(10);
    }
    await Promise.all(running);
  }, 30_000);

  afterAll(() => gatehouse.stop());

  async function look(token: string): Promise<Seen> {
    const { status, text } = await aStranger(gatehouse).get('/api/auth/get-session', bearer(token));
    return { at: performance.now(), status, text };
  }

  async function revoke(token: string): Promise<void> {
    const { status, text } = await ada.client.post('/api/auth/revoke-session', { token });
    revocations.push({ at: performance.now(), status, text, token });
  }

  /**
   * What the primary commits after the standby has lost it, the standby never gets. That lasts longer than the timeout of
   * statements, because PostgreSQL must not confirm a commit when that is over.
   */
  async function failOver(): Promise<void> {
    replication.lose();
    await sleep(1200);
    crashedAt = performance.now();
    await primary.crash();
    replication.cut();
    const client = new pg.Client({ connectionString: standby.url });
    await client.connect();
    await client.query('select pg_promote()');
    await client.end();
  }

  test('every request succeeds or is answered with 503', () => {
    const all = [...looks, ...revocations];
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200, 503]));
    expect(looks.filter(({ status, text }) => status === 200 && text === 'null')).toEqual([]);
  });

  test('service is back within seconds, without a restart', () => {
    const failed = [...looks, ...revocations].filter(({ status }) => status === 503);
    expect(Math.max(...failed.map(({ at }) => at)) - crashedAt).toBeLessThan(3000);
  });

  test('no session comes back whose revocation was confirmed', async () => {
    const confirmed = revocations.filter(({ status }) => status === 200);
    expect(confirmed.filter(({ at }) => at < crashedAt).length).toBeGreaterThan(CRASH_AFTER / 4);
    const after = await Promise.all(confirmed.map(async ({ token }) => [token, (await look(token)).text]));
    expect(after.filter(([, text]) => text !== 'null').map(([token]) => token)).toEqual([]);
  });

  test('the session cache listens to the promoted server', async () => {
    await gatehouse.told('the session cache is on again');
  });
});
