import { connect } from 'node:net';
import type { Answer } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, aStranger } from '../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

function expectNowhere(answer: Answer): void {
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
])('nothing is at %s', async (path) => {
  expectNowhere(await aStranger(gatehouse).get(path));
});

test.each(['/api/auth/./ok', '/api/auth/x/../ok', '/api/auth\\ok', '/api/auth/%2e/ok', '/api/auth/ok?x=%'])(
  'dots and backslashes are resolved as in any URL: %s',
  async (path) => {
    expect((await aStranger(gatehouse).get(path)).text).toBe('{"ok":true}');
  },
);

test.each(['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'POST', 'TRACE', 'PROPFIND'])(
  '%s on a route for GET is nothing, whoever asks',
  async (method) => {
    const { client } = await aMember(gatehouse);
    for (const path of ['/api/auth/ok', '/api/auth/list-sessions', '/api/auth/jwks']) {
      expectNowhere(await client.call(path, { method }));
    }
  },
);

test.each(['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'GET'])(
  '%s on a route for POST is nothing, and does nothing',
  async (method) => {
    const { client, token } = await aMember(gatehouse);
    for (const path of ['/api/auth/sign-out', '/api/auth/revoke-sessions', '/api/auth/sign-up/email']) {
      expectNowhere(await client.call(path, { method }));
    }
    expect(await gatehouse.database.query('select 1 from sessions where token = $1', [token])).toHaveLength(
      1,
    );
  },
);

test('nobody looks at the body of a request for nothing', async () => {
  expectNowhere(await aStranger(gatehouse).post('/api/auth/nothing', '{', { 'content-type': 'text/plain' }));
  const { client } = await aMember(gatehouse);
  expectNowhere(await client.post('/api/auth/nothing', {}, { origin: 'https://evil.example' }));
});

/** The first line of what the server says to bytes that are no proper request. */
const say = (bytes: string) =>
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
    'the address of a proxy',
    'GET http://evil.example/api/auth/ok HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    '404',
  ],
  ['an asterisk', 'OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', '404'],
  ['no host', 'GET /api/auth/ok HTTP/1.1\r\nconnection: close\r\n\r\n', '400'],
  ['no HTTP', 'hello\r\n\r\n', '400'],
  [
    'a length that is no number',
    'POST /api/auth/sign-out HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\nconnection: close\r\n\r\n',
    '400',
  ],
  [
    'two lengths, as in request smuggling',
    'POST /api/auth/sign-out HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
    '400',
  ],
  [
    'a length and chunks, as in request smuggling',
    'POST /api/auth/sign-out HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    '400',
  ],
])('%s: refused', async (_, bytes, status) => {
  expect(await say(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});
