import { request } from 'node:http';
import { connect } from 'node:net';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { hashesDuring } from '../setup/metrics.js';
import { aMember, aPerson, aStranger } from '../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

const SIGN_UP = '/api/auth/sign-up/email';
const post = (path: string, body: string | undefined, type?: string) =>
  aStranger(gatehouse).post(path, body, type === undefined ? {} : { 'content-type': type });

test.each(['{', '{"a":}', "{'a':1}", 'undefined', 'name=Ada', '{"a":1}x', ' ', '['.repeat(50)])(
  'malformed JSON is refused',
  async (text) => {
    const answer = await post(SIGN_UP, text);
    expect(answer.status).toBe(400);
    expect(answer.text).toBe('{"message":"Invalid JSON in request body","code":"BAD_REQUEST"}');
    expect(answer.headers['content-type']).toBe('application/json');
  },
);

test.each([
  'application/json',
  'application/json; charset=utf-8',
  'APPLICATION/JSON',
  'application/json;x=y',
])('JSON is recognised by its type in any case and with any parameters: %s', async (type) => {
  expect((await post(SIGN_UP, JSON.stringify(aPerson()), type)).status).toBe(200);
});

test.each([
  'text/plain',
  'text/plain; charset=utf-8',
  'multipart/form-data; boundary=x',
  'application/jsonp',
  'json',
  '*/*',
])('another content type is refused, and the message names it: %s', async (type) => {
  const answer = await post(SIGN_UP, JSON.stringify(aPerson()), type);
  expect([answer.status, answer.json()]).toEqual([
    415,
    {
      message: `Content-Type "${type}" is not allowed. Allowed types: application/x-www-form-urlencoded, application/json`,
      code: 'UNSUPPORTED_MEDIA_TYPE',
    },
  ]);
});

test('only sign-up and sign-in accept a form, and use the last of several values', async () => {
  const form = 'application/x-www-form-urlencoded';
  const { email, password } = aPerson();
  const body = new URLSearchParams([
    ['name', 'first'],
    ['name', 'last'],
    ['email', email],
    ['password', password],
  ]).toString();
  expect((await post(SIGN_UP, body, form)).json()).toMatchObject({ user: { name: 'last', email } });
  expect((await post('/api/auth/sign-in/email', body, `${form};charset=UTF-8`)).status).toBe(200);
  for (const path of ['sign-out', 'update-user', 'revoke-session', 'revoke-sessions']) {
    const answer = await post(`/api/auth/${path}`, 'token=x', form);
    expect([answer.status, answer.json<{ message: string }>().message]).toEqual([
      415,
      `Content-Type "${form}" is not allowed. Allowed types: application/json`,
    ]);
  }
});

test.each([undefined, ''])('an empty body counts as no body, whatever the content type is', async (body) => {
  expect((await post('/api/auth/sign-out', body)).json()).toEqual({ success: true });
  expect((await post('/api/auth/sign-out', body, 'text/plain')).json()).toEqual({ success: true });
  expect((await post(SIGN_UP, body)).json<{ message: string }>().message).toMatch(
    /^\[body\] Invalid input: expected object, received undefined/,
  );
});

test('a body without a content type is ignored', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const { hostname, port } = new URL(gatehouse.origin);
    const sent = request({ hostname, port, path: '/api/auth/sign-out', method: 'POST' }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.once('error', reject);
    sent.end('{ no JSON');
  });
  expect(status).toBe(200);
});

test('a body of more than 256 KiB is refused', async () => {
  const answer = await post(SIGN_UP, JSON.stringify({ ...aPerson(), name: 'n'.repeat(2 * 1024 * 1024) }));
  expect([answer.status, answer.json()]).toEqual([
    413,
    { message: 'Request body is too large', code: 'PAYLOAD_TOO_LARGE' },
  ]);
});

test('a password of 16,000 characters is refused for its length, without hashing it', async () => {
  const password = 'p'.repeat(16_000);
  const hashes = await hashesDuring(gatehouse, async () => {
    for (const path of ['sign-up/email', 'sign-in/email', 'register', 'login']) {
      const answer = await post(`/api/auth/${path}`, JSON.stringify(aPerson({ password })));
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([400, 'PASSWORD_TOO_LONG']);
    }
  });
  expect(hashes).toBe(0);
});

test('the server checks the body before the session, and JSON and content type before the origin', async () => {
  const path = '/api/auth/revoke-session';
  expect((await post(path, '{')).status).toBe(400);
  expect((await post(path, '{"token":5}')).status).toBe(400);
  expect((await post(path, 'x', 'text/plain')).status).toBe(415);
  expect((await post(path, '{"token":"x"}')).status).toBe(401);
  const { client } = await aMember(gatehouse);
  const evil = { origin: 'https://evil.example' };
  expect((await client.post(path, '{', evil)).status).toBe(400);
  expect((await client.post(path, 'x', { ...evil, 'content-type': 'text/plain' })).status).toBe(415);
  expect((await client.post(path, '{"token":5}', evil)).status).toBe(403);
});

test('a client that closes the connection within its body is no fault of the server', async () => {
  const socket = connect(Number(new URL(gatehouse.origin).port), '127.0.0.1', () =>
    socket.write(
      `POST /api/auth/change-password HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{`,
    ),
  );
  await new Promise((later) => setTimeout(later, 200));
  socket.destroy();
  // The log is in order, so the line of this request comes after one about the closed connection.
  await aStranger(gatehouse).get('/api/auth/ok');
  await gatehouse.told('"route":"/api/auth/ok"');
  expect(gatehouse.log()).not.toContain('unexpected fault');
});
