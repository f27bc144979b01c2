import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aPerson, aStranger } from '../setup/people.js';
import { head, openConnection } from '../setup/raw-connection.js';

const MIB = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };
let gatehouse: Gatehouse;

beforeAll(async () => {
  // A busy machine takes long for the million chunks below.
  gatehouse = await startGatehouse({ REQUEST_DEADLINE: '250', REQUEST_TIMEOUT: '250' });
});

afterAll(() => gatehouse.stop());

async function residentMemory(): Promise<number> {
  const { text } = await aStranger(gatehouse).get('/metrics');
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
}

test('a body in chunks of one byte needs little more memory than its bytes', async () => {
  const before = await residentMemory();
  const start = head('POST /api/auth/sign-up/email', { ...JSON_TYPE, 'transfer-encoding': 'chunked' });
  const chunks = '1\r\nx\r\n'.repeat(10_000);
  const connections = await Promise.all(Array.from({ length: 4 }, () => openConnection(gatehouse.origin)));
  await Promise.all(connections.map((connection) => connection.send(`${start}\r\n`)));
  for (let sent = 0; sent < MIB / 4; sent += 10_000) {
    await Promise.all(connections.map((connection) => connection.send(chunks)));
  }
  const grown = (await residentMemory()) - before;
  await Promise.all(connections.map((connection) => connection.send('0\r\n\r\n')));
  for (const connection of connections) await connection.told('HTTP/1.1 400 ');
  for (const { socket } of connections) socket.destroy();
  // A list of the chunks would need about 45 MiB for each of the four.
  expect(grown / MIB).toBeLessThan(120);
});

const tooLarge = [413, { message: 'Request body is too large', code: 'PAYLOAD_TOO_LARGE' }];

test('a body longer than BODY_LIMIT gets 413, whether it says its length or not', async () => {
  const client = aStranger(gatehouse);
  const announced = await client.post('/api/auth/sign-up/email', 'x'.repeat(2 * MIB + 1));
  expect([announced.status, announced.json()]).toEqual(tooLarge);
  const headers = { ...JSON_TYPE, 'content-length': undefined, 'transfer-encoding': 'chunked' };
  const chunked = await client.call('/api/auth/sign-up/email', {
    method: 'POST',
    body: 'x'.repeat(2 * MIB + 1),
    headers,
  });
  expect([chunked.status, chunked.json()]).toEqual(tooLarge);
});

test('a client that is still sending gets the answer, and can use the connection again', async () => {
  const connection = await openConnection(gatehouse.origin);
  const length = { ...JSON_TYPE, 'content-length': String(3 * MIB) };
  await connection.send(`${head('POST /api/auth/sign-out', length)}\r\n`);
  await connection.send('x'.repeat(MIB));
  await connection.told('HTTP/1.1 413 ');
  await connection.send('x'.repeat(2 * MIB));
  await connection.send(`${head('GET /api/auth/ok')}\r\n`);
  await connection.told('HTTP/1.1 200 ');
  connection.socket.destroy();
});

test('a client that goes on sending is cut off', async () => {
  const connection = await openConnection(gatehouse.origin);
  const length = { ...JSON_TYPE, 'content-length': String(100 * MIB) };
  await connection.send(`${head('POST /api/auth/sign-out', length)}\r\n`);
  await connection.told('HTTP/1.1 413 ');
  const chunk = 'x'.repeat(MIB);
  let sent = 0;
  while (sent < 100 && !connection.socket.destroyed) {
    await connection.send(chunk).catch(() => {});
    sent += 1;
  }
  expect(sent).toBeLessThan(100);
});

test('a route that needs little takes at most 32 KiB', async () => {
  for (const path of ['sign-out', 'request-password-reset', 'revoke-session', 'change-email']) {
    const answer = await aStranger(gatehouse).post(`/api/auth/${path}`, 'x'.repeat(32 * 1024 + 1));
    expect([answer.status, answer.json()]).toEqual(tooLarge);
  }
});

const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}"]]]\\"}"${']'.repeat(levels - 1)}}`;

test('JSON with more than 50 levels gets 400 before it is parsed', async () => {
  const post = (body: string) => aStranger(gatehouse).post('/api/auth/sign-up/email', body);
  const deepest = await post(nested(50));
  expect(deepest.json<{ code: string }>().code).toBe('VALIDATION_ERROR');
  const deeper = await post(nested(51));
  expect([deeper.status, deeper.json()]).toEqual([
    400,
    { message: 'JSON in request body has more than 50 levels', code: 'BAD_REQUEST' },
  ]);
});

test('brackets in texts do not count as levels', async () => {
  const answer = await aStranger(gatehouse).post(
    '/api/auth/sign-up/email',
    aPerson({ name: '[{\\"'.repeat(60) }),
  );
  expect(answer.status).toBe(200);
});

const refusedHeaders = [
  431,
  { message: 'Request has too many headers or cookies', code: 'REQUEST_HEADERS_TOO_LARGE' },
];

test('a request with more than 100 headers gets 431', async () => {
  const get = (count: number) =>
    aStranger(gatehouse).get(
      '/api/auth/ok',
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, '1'])),
    );
  expect((await get(90)).status).toBe(200);
  const answer = await get(101);
  expect([answer.status, answer.json()]).toEqual(refusedHeaders);
});

test('a request with more than 200 cookies gets 431, so that it cannot make the server expire them all', async () => {
  const get = (count: number) =>
    aStranger(gatehouse).get('/api/auth/get-session', {
      cookie: Array.from({ length: count }, (_, index) => `better-auth.session_data.${index}=1`).join('; '),
    });
  const most = await get(200);
  expect(most.status).toBe(200);
  expect(most.setCookies.length).toBeLessThanOrEqual(20);
  const answer = await get(201);
  expect([answer.status, answer.json(), answer.setCookies]).toEqual([...refusedHeaders, []]);
});

test('headers of more than 16 KiB get 431', async () => {
  const answer = await aStranger(gatehouse).get('/api/auth/ok', { 'x-long': 'x'.repeat(17_000) });
  expect(answer.status).toBe(431);
});
