import { connect } from 'node:net';
import type { Answer } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, aStranger } from '../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

function expectUnknownRoute(answer: Answer): void {
  expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([404, '', undefined]);
}

test.each([
  '/api/auth/nothing',
  '/api/auth',
  '/api/auth/',
  '/api/auth/ok/',
  '/api/auth/OK',
  '/API/auth/ok',
  '/api/auth//ok',
  '/api//auth/ok',
  '//api/auth/ok',
  '/api/auth/%6fk',
  '/%61pi/auth/ok',
  '/api/auth/ok%2f',
  '/api/auth/ok;x',
  '/api/auth/%zz',
  '/api/auth/%00',
  '/api/auth/sign-up',
  '/api/auth/set-password',
  '/api/auth/__proto__',
  '/api/auth/constructor',
  '/api/auth/ok%00',
  '/ok',
  '/nothing',
])('%s gets a 404', async (path) => {
  expectUnknownRoute(await aStranger(gatehouse).get(path));
});

test.each(['/api/auth/./ok', '/api/auth/x/../ok', '/api/auth\\ok', '/api/auth/%2e/ok', '/api/auth/ok?x=%'])(
  'dots and backslashes are resolved as in every URL: %s',
  async (path) => {
    expect((await aStranger(gatehouse).get(path)).text).toBe('{"ok":true}');
  },
);

test.each(['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'POST', 'TRACE', 'PROPFIND'])(
  '%s on a GET route gets a 404, also with a session',
  async (method) => {
    const { client } = await aMember(gatehouse);
    for (const path of ['/api/auth/ok', '/api/auth/list-sessions', '/api/auth/jwks']) {
      expectUnknownRoute(await client.call(path, { method }));
    }
  },
);

test.each(['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'GET'])(
  '%s on a POST route gets a 404 and changes nothing',
  async (method) => {
    const { client, token } = await aMember(gatehouse);
    for (const path of ['/api/auth/sign-out', '/api/auth/revoke-sessions', '/api/auth/sign-up/email']) {
      expectUnknownRoute(await client.call(path, { method }));
    }
    expect(await gatehouse.database.query('select 1 from sessions where token = $1', [token])).toHaveLength(
      1,
    );
  },
);

test('an unknown route gets a 404 whatever its body, content type and origin are', async () => {
  expectUnknownRoute(
    await aStranger(gatehouse).post('/api/auth/nothing', '{', { 'content-type': 'text/plain' }),
  );
  const { client } = await aMember(gatehouse);
  expectUnknownRoute(await client.post('/api/auth/nothing', {}, { origin: 'https://evil.example' }));
});

/** Sends raw bytes and returns the first line of the answer. */
const sendBytes = (bytes: string) =>
  new Promise<string>((resolve, reject) => {
    const { port } = new URL(gatehouse.origin);
    const socket = connect(Number(port), '127.0.0.1', () => socket.end(bytes));
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    socket.once('error', reject);
    socket.once('close', () => resolve(received.split('\r\n', 1)[0] ?? ''));
  });

test.each([
  [
    'an absolute address, as sent to a proxy',
    'GET http://evil.example/api/auth/ok HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    '404',
  ],
  ['an asterisk', 'OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', '404'],
  ['a request without Host', 'GET /api/auth/ok HTTP/1.1\r\nconnection: close\r\n\r\n', '400'],
  ['text that is not HTTP', 'hello\r\n\r\n', '400'],
  [
    'a Content-Length that is not a number',
    'POST /api/auth/sign-out HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\nconnection: close\r\n\r\n',
    '400',
  ],
  [
    'two Content-Length headers, as in request smuggling',
    'POST /api/auth/sign-out HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
    '400',
  ],
  [
    'Content-Length together with chunks, as in request smuggling',
    'POST /api/auth/sign-out HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    '400',
  ],
])('refuses %s', async (_, bytes, status) => {
  expect(await sendBytes(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});
