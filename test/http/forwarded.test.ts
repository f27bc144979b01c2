import { decodeJwt } from 'jose';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { mailTo } from '../setup/mails.js';

const ADA = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' };
const FORGED = {
  host: 'evil.example',
  forwarded: 'host=evil.example;proto=https',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-port': '443',
  'x-original-url': '/api/auth/ok',
};
let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({ BETTER_AUTH_TRUSTED_ORIGINS: 'https://app.example.com' });
});

afterAll(() => gatehouse.stop());

test('hosts in request headers never appear in a link, a token or a cookie', async () => {
  const client = new BrowserLikeClient(gatehouse.origin);
  const signedUp = await client.post('/api/auth/sign-up/email', ADA, FORGED);
  expect(signedUp.setCookies).toHaveLength(1);
  expect(signedUp.setCookies[0]).toMatch(/^better-auth\.session_token=/);
  expect(signedUp.setCookies[0]).not.toMatch(/secure|domain/i);

  const { token } = (await client.get('/api/auth/token', FORGED)).json<{ token: string }>();
  expect(decodeJwt(token)).toMatchObject({ iss: gatehouse.origin, aud: gatehouse.origin });

  await client.post('/api/auth/request-password-reset', { email: ADA.email, redirectTo: '/new' }, FORGED);
  const { url, path } = await mailTo(gatehouse, ADA.email);
  expect(url.origin).toBe(gatehouse.origin);
  const followed = await client.get(path, FORGED);
  expect(new URL(followed.headers.location ?? '').origin).toBe(gatehouse.origin);
});

test.each(['https://evil.example', 'http://evil.example'])(
  'host headers do not make %s trusted',
  async (origin) => {
    const client = new BrowserLikeClient(gatehouse.origin);
    const headers = { ...FORGED, origin };
    const wrong = { ...ADA, password: 'wrong password' };
    expect((await client.post('/api/auth/sign-in/email', wrong, headers)).status).toBe(403);
    expect((await client.post('/api/auth/sign-out', {}, { ...headers, cookie: 'a=b' })).status).toBe(403);
    const target = { ...wrong, callbackURL: `${origin}/there` };
    expect((await client.post('/api/auth/sign-in/email', target)).status).toBe(403);
    const read = await client.get('/api/auth/get-session', headers);
    expect(read.headers['access-control-allow-origin']).toBeUndefined();
  },
);

test('Sec-Fetch-Site: same-origin refers to the configured origin, not to the Host header', async () => {
  const client = new BrowserLikeClient(gatehouse.origin);
  const headers = { ...FORGED, origin: 'null', 'sec-fetch-site': 'same-origin', cookie: 'a=b' };
  const { status, text } = await client.post('/api/auth/sign-out', {}, headers);
  expect([status, text]).toEqual([403, '{"message":"Invalid origin","code":"INVALID_ORIGIN"}']);
});

test('a bearer token without cookies is accepted from any origin', async () => {
  const client = new BrowserLikeClient(gatehouse.origin);
  const guest = { ...ADA, email: 'guest@example.com' };
  const { token } = (await client.post('/api/auth/sign-up/email', guest)).json<{ token: string }>();
  const headers = { authorization: `Bearer ${token}`, origin: 'https://evil.example' };
  const stranger = new BrowserLikeClient(gatehouse.origin);
  expect((await stranger.post('/api/auth/update-user', { name: 'Guest' }, headers)).status).toBe(200);
  const withCookie = { ...headers, cookie: 'a=b' };
  expect((await stranger.post('/api/auth/update-user', { name: 'Guest' }, withCookie)).status).toBe(403);
});
