import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';

const APP = 'https://app.example.com';
const ADA = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' };
let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({
    BETTER_AUTH_TRUSTED_ORIGINS: `${APP},*.wild.example.com,https://*.preview.example.com,app://native`,
    RATE_LIMIT_ENABLED: 'true',
    RATE_LIMIT_CUSTOM_RULES: '{"/sign-up/*":false}',
    DISABLED_PATHS: '/token',
  });
});

afterAll(() => gatehouse.stop());

const corsOf = ({ headers }: Answer) =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('access-control-') || name === 'vary'),
  );

let clients = 0;

/** Sends each request from another address, because the rate limit counts requests that are not preflights. */
const preflight = (path: string, headers: Record<string, string>) =>
  new BrowserLikeClient(gatehouse.origin, false).call(path, {
    method: 'OPTIONS',
    headers: { 'x-forwarded-for': `1.1.1.${(clients += 1)}`, ...headers },
  });

const PREFLIGHT = { origin: APP, 'access-control-request-method': 'POST' };

test('a preflight of a trusted origin gets a 204 without a body', async () => {
  const answer = await preflight('/api/auth/sign-in/email', {
    ...PREFLIGHT,
    'access-control-request-headers': 'content-type,x-trace-id',
  });
  expect([answer.status, answer.text]).toEqual([204, '']);
  expect(corsOf(answer)).toEqual({
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, POST, PUT',
    'access-control-allow-headers': 'content-type, authorization, x-trace-id',
    'access-control-max-age': '7200',
    vary: 'Origin, Access-Control-Request-Headers',
  });
});

test('the rate limit does not count preflights', async () => {
  for (let index = 0; index < 10; index += 1) {
    expect(
      (await preflight('/api/auth/sign-in/email', { ...PREFLIGHT, 'x-forwarded-for': '2.2.2.2' })).status,
    ).toBe(204);
  }
});

test('a preflight answer leaves out invalid header names', async () => {
  const answer = await preflight('/api/auth/ok', {
    ...PREFLIGHT,
    'access-control-request-headers': 'a b, <x>, ok',
  });
  expect(answer.headers['access-control-allow-headers']).toBe('content-type, authorization, ok');
});

test.each([
  'https://evil.example',
  'null',
  'http://app.example.com',
  'https://app.example.com:444',
  'https://app.example.com.evil.com',
  'https://app.example.com@evil.com',
  'https://app.example.com/path',
  'https://app.example.com/',
  'https://APP.example.com',
  'https://evil.com/.wild.example.com',
  'https://wild.example.com',
  'https://xwild.example.com',
  'http://a.preview.example.com',
  'app://other',
  '*',
  '/',
])('a preflight of the untrusted origin %s gets a 404', async (origin) => {
  const answer = await preflight('/api/auth/sign-in/email', { ...PREFLIGHT, origin });
  expect([answer.status, answer.text, corsOf(answer)]).toEqual([404, '', { vary: 'Origin' }]);
});

test.each([
  'https://a.b.wild.example.com',
  'http://a.wild.example.com',
  'https://pr-7.preview.example.com',
  'app://native',
])('a preflight of %s, which matches a pattern, gets a 204', async (origin) => {
  const answer = await preflight('/api/auth/sign-in/email', { ...PREFLIGHT, origin });
  expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([204, origin]);
});

test.each([
  ['without an origin', '/api/auth/ok', { 'access-control-request-method': 'POST' }],
  ['without a method', '/api/auth/ok', { origin: APP }],
  ['outside of the base path', '/metrics', PREFLIGHT],
])('OPTIONS %s is not a preflight', async (_, path, headers) => {
  const answer = await preflight(path, headers as Record<string, string>);
  expect([answer.status, answer.text]).toEqual([404, '']);
});

test('a trusted origin can read every answer, errors included', async () => {
  const client = new BrowserLikeClient(gatehouse.origin);
  const origin = { origin: APP, 'x-forwarded-for': '3.3.3.3' };
  const wrong = { email: 'nobody@example.com', password: 'wrong password' };
  const answers = [
    await client.post('/api/auth/sign-up/email', ADA, origin),
    await client.get('/api/auth/get-session', origin),
    await client.get('/api/auth/list-sessions', origin),
    await client.post('/api/auth/sign-in/email', '{', origin),
    await client.post('/api/auth/sign-in/email', 'x', { ...origin, 'content-type': 'text/plain' }),
    await client.post('/api/auth/sign-in/email', wrong, origin),
    await client.post('/api/auth/sign-in/email', wrong, origin),
    await client.get('/api/auth/nowhere', origin),
    await client.get('/api/auth/token', origin),
    await client.get('/api/auth/error', origin),
    await client.post('/api/auth/sign-out', {}, origin),
    await client.get('/api/auth/list-sessions', origin),
  ];
  expect(answers.map(({ status }) => status)).toEqual([
    200, 200, 200, 400, 415, 401, 429, 404, 404, 200, 200, 401,
  ]);
  for (const answer of answers) {
    const { 'access-control-expose-headers': exposed, ...others } = corsOf(answer);
    expect(others).toEqual({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
    const present = Object.keys(answer.headers).filter((name) => /^(set-auth-|x-re)/.test(name));
    expect(String(exposed).split(', ')).toEqual(
      expect.arrayContaining([...present, 'x-retry-after', 'x-request-id']),
    );
  }
  expect(Object.keys(answers[0]?.headers ?? {})).toContain('set-auth-token');
  expect(Object.keys(answers[1]?.headers ?? {})).toContain('set-auth-jwt');
  expect(Object.keys(answers[6]?.headers ?? {})).toContain('x-retry-after');
});

test('an untrusted origin can read no answer, and Vary tells caches that the origin counts', async () => {
  const client = new BrowserLikeClient(gatehouse.origin, false);
  for (const origin of ['https://evil.example', 'null', undefined]) {
    const answer = await client.get('/api/auth/jwks', origin === undefined ? {} : { origin });
    expect([answer.status, corsOf(answer)]).toEqual([200, { vary: 'Origin' }]);
  }
});

test('the server’s own origin gets no CORS headers', async () => {
  const answer = await new BrowserLikeClient(gatehouse.origin).get('/api/auth/jwks');
  expect(corsOf(answer)).toEqual({ vary: 'Origin' });
});

test('without other trusted origins there are no CORS headers', async () => {
  const alone = await startGatehouse();
  try {
    const client = new BrowserLikeClient(alone.origin);
    expect(corsOf(await client.get('/api/auth/jwks', { origin: APP }))).toEqual({});
    expect(
      (
        await client.call('/api/auth/ok', {
          method: 'OPTIONS',
          headers: { ...PREFLIGHT, origin: alone.origin },
        })
      ).status,
    ).toBe(404);
  } finally {
    await alone.stop();
  }
});
