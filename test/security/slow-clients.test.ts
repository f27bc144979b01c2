import { setTimeout as sleep } from 'node:timers/promises';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { head, openConnection } from '../setup/raw-connection.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({
    HEADERS_TIMEOUT: '1',
    REQUEST_TIMEOUT: '6',
    KEEP_ALIVE_TIMEOUT: '1',
    MAX_CONNECTIONS: '20',
    CONNECTIONS_PER_CLIENT: '10',
  });
});

afterAll(() => gatehouse.stop());

/** Sends a byte from time to time, until the server closes the connection. */
async function drip(start: string): Promise<string> {
  const connection = await openConnection(gatehouse.origin);
  await connection.send(start);
  const dripping = setInterval(() => connection.socket.write('x'), 100);
  try {
    return await connection.closed();
  } finally {
    clearInterval(dripping);
  }
}

const POST = head('POST /api/auth/sign-in/email', {
  'content-type': 'application/json',
  'content-length': '10000',
});

test('headers that arrive too slowly get 408', async () => {
  const begun = Date.now();
  expect(await drip(`${POST}x-slow: `)).toMatch(/^HTTP\/1\.1 408 /);
  // Before the time for the whole request is over.
  expect(Date.now() - begun).toBeLessThan(5500);
}, 15_000);

test('a body that arrives too slowly gets 408', async () => {
  expect(await drip(`${POST}\r\n`)).toMatch(/^HTTP\/1\.1 408 /);
}, 15_000);

test('a connection on which nothing arrives is closed', async () => {
  const connection = await openConnection(gatehouse.origin);
  expect(await connection.closed()).toMatch(/^(HTTP\/1\.1 408 |$)/);
}, 15_000);

test('an idle connection is closed after its answer', async () => {
  const connection = await openConnection(gatehouse.origin);
  await connection.send(`${head('GET /api/auth/ok')}\r\n`);
  await connection.told('{"ok":true}');
  const answered = Date.now();
  await connection.closed();
  // Node adds a second to what it tells the client. Fastify's 72 s would be longer than the time limit of this test.
  expect(Date.now() - answered).toBeGreaterThan(500);
}, 15_000);

test('one address gets no more connections than allowed, until it closes one', async () => {
  await sleep(100);
  const open = await Promise.all(Array.from({ length: 10 }, () => openConnection(gatehouse.origin)));
  const further = await openConnection(gatehouse.origin);
  expect(await further.closed()).toBe('');
  open[0]?.socket.destroy();
  await sleep(100);
  const next = await openConnection(gatehouse.origin);
  await next.send(`${head('GET /api/auth/ok')}\r\n`);
  await next.told('{"ok":true}');
  for (const { socket } of [...open, next]) socket.destroy();
}, 15_000);

test('the process gets no more connections than allowed, also from proxies, whose connections are not counted apart', async () => {
  const proxied = await startGatehouse({
    MAX_CONNECTIONS: '12',
    CONNECTIONS_PER_CLIENT: '2',
    ADVANCED_IP_ADDRESS_TRUSTED_PROXIES: '127.0.0.1',
  });
  try {
    const open = await Promise.all(Array.from({ length: 12 }, () => openConnection(proxied.origin)));
    await open[11]?.send(`${head('GET /api/auth/ok')}\r\n`);
    await open[11]?.told('{"ok":true}');
    const further = await openConnection(proxied.origin);
    expect(await further.closed()).toBe('');
    for (const { socket } of open) socket.destroy();
  } finally {
    await proxied.stop();
  }
});
