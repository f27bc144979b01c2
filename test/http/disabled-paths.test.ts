import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';

const ADA = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' };
let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({ DISABLED_PATHS: '/sign-up/email,/ok/', RATE_LIMIT_ENABLED: 'true' });
});

afterAll(() => gatehouse.stop());

test('a disabled path answers every method with 404, and the rate limit does not count it', async () => {
  const client = new BrowserLikeClient(gatehouse.origin);
  for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'POST', 'POST']) {
    const { status, headers, text } = await client.call('/api/auth/sign-up/email', { method });
    expect([status, headers['content-type'], text]).toEqual([404, 'text/plain;charset=UTF-8', 'Not Found']);
  }
  expect((await client.get('/api/auth/ok?x=y')).text).toBe('Not Found');
});

test.each([
  '/api/auth//sign-up/email',
  '/api/auth/sign-up//email',
  '/api/auth/sign-up/email/',
  '/api/auth/./sign-up/email',
  '/api/auth/x/../sign-up/email',
  '/api/auth\\sign-up\\email',
  '/api/auth/sign-up/%65mail',
  '/api/auth/%73ign-up/email',
  '/api/auth/SIGN-UP/EMAIL',
  '/api/auth/sign-up/email;x',
  '/api/auth/sign-up/email?x',
  '/api/auth/sign-up/email#x',
  '/api//auth/sign-up/email',
  '//api/auth/sign-up/email',
  '/API/auth/sign-up/email',
  '/api/auth/register',
  '/api/auth/./register',
])('another spelling of a disabled path is no way around it: %s', async (path) => {
  const answer = await new BrowserLikeClient(gatehouse.origin).post(path, ADA);
  expect(answer.status).toBe(404);
  expect(await gatehouse.database.query('select id from users')).toEqual([]);
});

test('other paths still work', async () => {
  const client = new BrowserLikeClient(gatehouse.origin);
  expect((await client.post('/api/auth/login', ADA)).status).toBe(401);
  expect((await client.get('/api/auth/jwks')).status).toBe(200);
});

test('refuses to start with an invalid path', async () => {
  await expect(startGatehouse({ DISABLED_PATHS: 'sign-up/email' })).rejects.toThrow(
    'DISABLED_PATHS must be a list of paths such as /sign-up/email,/change-email, but it is "sign-up/email".',
  );
});
