import { setTimeout as sleep } from 'node:timers/promises';
import { startBreakableProxy, type BreakableProxy } from '../../setup/breakable-proxy.js';
import { hasPgBouncer, startPgBouncer } from '../../setup/pgbouncer.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { metric } from '../../setup/metrics.js';
import { aMember, aStranger, bearer, onAnotherDevice, type Member } from '../../setup/people.js';

let database: TestDatabase;
let proxy: BreakableProxy;
let gatehouse: Gatehouse;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  proxy = await startBreakableProxy(database.url);
  gatehouse = await startGatehouse({ SESSION_CACHE: 'true', DATABASE_DIRECT_URL: proxy.url }, database);
});

afterAll(async () => {
  await gatehouse.stop();
  await proxy.stop();
  await database.drop();
});

const hits = () => metric(gatehouse, 'gatehouse_session_cache_hits_total');
const sessionOf = (member: Member) => member.client.get('/api/auth/get-session');

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

/** Asks until the answer comes from the cache. */
async function cached(member: Member): Promise<Member> {
  await until(async () => {
    const before = await hits();
    await sessionOf(member);
    return (await hits()) > before;
  });
  return member;
}

test('answers from the cache and from the database are the same bytes', async () => {
  const member = await aMember(gatehouse);
  const { text, headers } = await sessionOf(member);
  await cached(member);
  const again = await sessionOf(member);
  expect(again.text).toBe(text);
  expect(Object.keys(again.headers).toSorted()).toEqual(Object.keys(headers).toSorted());
});

test('if the registration is deleted, no old answer is given, and the server registers again', async () => {
  const member = await cached(await aMember(gatehouse));
  await database.query('delete from gatehouse.session_caches');
  await database.query(`update users set name = 'Grace' where id = $1`, [member.id]);
  await sleep(100);
  expect((await sessionOf(member)).json()).toMatchObject({ user: { name: 'Grace' } });
  await gatehouse.told('its row in gatehouse.session_caches was deleted');
  await cached(member);
  expect(await database.query('select from gatehouse.session_caches')).toHaveLength(1);
  await database.query(`update users set name = 'Joan' where id = $1`, [member.id]);
  await sleep(100);
  expect((await sessionOf(member)).json()).toMatchObject({ user: { name: 'Joan' } });
});

test.each<[string, (member: Member) => Promise<unknown>]>([
  ['signing out', (member) => member.client.post('/api/auth/sign-out', {}, bearer(member.token))],
  [
    'revoking all sessions',
    (member) => member.client.post('/api/auth/revoke-sessions', {}, bearer(member.token)),
  ],
])('%s is known with the next answer of the same server', async (_, end) => {
  for (let round = 0; round < 5; round += 1) {
    const member = await cached(await aMember(gatehouse));
    await end(member);
    const answer = await aStranger(gatehouse).get('/api/auth/get-session', bearer(member.token));
    expect(answer.text).toBe('null');
  }
});

test('the next answer of the same server has a changed name', async () => {
  const member = await cached(await aMember(gatehouse));
  for (let round = 0; round < 5; round += 1) {
    await member.client.post('/api/auth/update-user', { name: `Ada ${round}` });
    expect((await sessionOf(member)).json()).toMatchObject({ user: { name: `Ada ${round}` } });
  }
});

test('a user who is banned by another program loses their session', async () => {
  const member = await cached(await aMember(gatehouse));
  await database.query('update users set banned = true where id = $1', [member.id]);
  await until(async () => (await sessionOf(member)).text === 'null');
});

test('a session that expires in the cache is refused', async () => {
  const member = await aMember(gatehouse);
  await database.query(
    `update sessions set expires_at = now() + interval '700 milliseconds' where token = $1`,
    [member.token],
  );
  const read = () => member.client.get('/api/auth/get-session?disableRefresh=true');
  await until(async () => (await read()).text === 'null');
});

test('a JWT ends with its session, also in the cache', async () => {
  const member = await cached(await aMember(gatehouse));
  const { token } = (await member.client.get('/api/auth/token')).json<{ token: string }>();
  const list = () => aStranger(gatehouse).get('/api/auth/list-sessions', bearer(token));
  expect((await list()).status).toBe(200);
  await member.client.post('/api/auth/sign-out', {});
  expect((await list()).status).toBe(401);
});

test('sensitive routes do not use the cache', async () => {
  const member = await cached(await aMember(gatehouse));
  const other = await onAnotherDevice(gatehouse, member);
  const before = await hits();
  await member.client.post('/api/auth/revoke-session', { token: other.token });
  expect(await hits()).toBe(before);
});

test('a lost connection empties the cache, and sessions still work', async () => {
  const member = await cached(await aMember(gatehouse));
  proxy.silence();
  proxy.cut();
  await until(async () => (await metric(gatehouse, 'gatehouse_session_cache_listening')) === 0);
  expect(await metric(gatehouse, 'gatehouse_session_cache_entries')).toBe(0);
  expect((await sessionOf(member)).json()).toMatchObject({ user: { id: member.id } });
  expect(await metric(gatehouse, 'gatehouse_session_cache_entries')).toBe(0);
  proxy.resume();
  await cached(member);
  await gatehouse.told('the session cache is on again');
});

test('a connection that falls silent disables the cache within 100 ms', async () => {
  const member = await cached(await aMember(gatehouse));
  proxy.silence();
  await database.query('delete from sessions where token = $1', [member.token]);
  const at = performance.now();
  let lastStale = at;
  await until(async () => {
    const asked = performance.now();
    const gone = (await sessionOf(member)).text === 'null';
    if (!gone) lastStale = asked;
    return gone;
  });
  proxy.resume();
  expect(lastStale - at).toBeLessThan(100);
});

(hasPgBouncer ? test : test.skip)(
  'there is no cache behind a pooler that delivers no notifications',
  async () => {
    const pooler = await startPgBouncer(database, { pool_mode: 'transaction', default_pool_size: '5' });
    const pooled = await startGatehouse({ SESSION_CACHE: 'true', DATABASE_DIRECT_URL: pooler.url }, database);
    try {
      const member = await aMember(pooled);
      await until(async () => pooled.log().includes('the session cache is off'));
      for (let round = 0; round < 5; round += 1) await sessionOf(member);
      expect(await metric(pooled, 'gatehouse_session_cache_hits_total')).toBe(0);
      expect(await metric(pooled, 'gatehouse_session_cache_listening')).toBe(0);
    } finally {
      await pooled.stop();
      await pooler.stop();
    }
  },
);
