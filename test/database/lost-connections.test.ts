import { createServer } from 'node:net';
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { freePort } from '../../src/local/free-port.js';
import { startBreakableProxy, type BreakableProxy } from '../setup/breakable-proxy.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, SECRET, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, type Member } from '../setup/people.js';
import { startProgram } from '../setup/program.js';

let database: TestDatabase;
let proxy: BreakableProxy;
let gatehouse: Gatehouse;
let member: Member;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  proxy = await startBreakableProxy(database.url);
  const settings = { DATABASE_STATEMENT_TIMEOUT: '1', DATABASE_CONNECT_TIMEOUT: '1' };
  gatehouse = await startGatehouse(settings, { ...database, url: proxy.url });
  member = await aMember(gatehouse);
});

afterAll(async () => {
  await gatehouse.stop();
  await proxy.stop();
  await database.drop();
});

const statuses = async (count: number) => {
  const answers = await Promise.all(
    Array.from({ length: count }, () => member.client.post('/api/auth/update-user', { name: 'Ada' })),
  );
  return answers.map(({ status }) => status);
};

test('connections that the network forgot are closed and replaced', async () => {
  expect(new Set(await statuses(20))).toEqual(new Set([200]));
  proxy.lose();
  expect(await statuses(20)).toContain(503);
  expect(new Set(await statuses(20))).toEqual(new Set([200]));
});

test('connections that nobody used are replaced with the first lost one', async () => {
  await statuses(20);
  proxy.lose();
  expect((await member.client.get('/api/auth/get-session')).status).toBe(503);
  expect(new Set(await statuses(10))).toEqual(new Set([200]));
});

test('while the network is silent, requests are answered with 503 and Retry-After, and afterwards as before', async () => {
  proxy.silence();
  const answer = await member.client.get('/api/auth/get-session');
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
  expect(answer.json()).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  proxy.resume();
  while ((await member.client.get('/api/auth/get-session')).status !== 200);
  await gatehouse.told('"reason":"the database stopped answering"');
  expect(gatehouse.log()).not.toContain('"at":');
});

test('a start waits for the database, and says so', async () => {
  const port = await freePort();
  const url = new URL(database.url);
  url.port = String(port);
  const program = startProgram('src/main.js', {
    environment: {
      DATABASE_URL: url.href,
      BETTER_AUTH_SECRET: SECRET,
      HOST: '127.0.0.1',
      PORT: String(await freePort()),
    },
  });
  await program.told(`Waiting up to 60 s for the database. No PostgreSQL answers at 127.0.0.1:${port}`);
  const target = new URL(database.url);
  const late = createServer((near) => {
    const far = connectSocket(Number(target.port), target.hostname);
    near.pipe(far).on('error', () => near.destroy());
    far.pipe(near).on('error', () => far.destroy());
  });
  late.listen(port, '127.0.0.1');
  await once(late, 'listening');
  await program.told('listening on');
  expect(await program.stop()).toBe(0);
  late.close();
});
