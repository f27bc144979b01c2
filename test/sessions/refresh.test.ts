import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';

const ADA = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' };
const set = (answer: Answer) => answer.setCookies.map((line) => line.slice(0, line.indexOf('=')));

let gatehouse: Gatehouse;
let client: BrowserLikeClient;

beforeEach(async () => {
  gatehouse = await startGatehouse({ SESSION_COOKIE_CACHE_ENABLED: 'true' });
  client = new BrowserLikeClient(gatehouse.origin);
  expect((await client.post('/api/auth/sign-up/email', ADA)).status).toBe(200);
  for (const name of client.cookies.keys()) if (name.includes('session_data')) client.cookies.delete(name);
});

afterEach(() => gatehouse.stop());

const makeDue = () =>
  gatehouse.database.query(`update sessions set expires_at = now() + interval '1 day', updated_at = now()`);

test('20 simultaneous requests extend a session once, and all get the same time', async () => {
  await gatehouse.database.query(`
    create table writes (at timestamptz);
    create function note() returns trigger language plpgsql as
      'begin insert into writes values (now()); return new; end';
    create trigger note after update on sessions for each row execute function note()`);
  await makeDue();
  await gatehouse.database.query('delete from writes');
  const { origin, cookies } = client;
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      new BrowserLikeClient(origin, true, new Map(cookies)).get('/api/auth/get-session'),
    ),
  );
  const times = answers.map((answer) => answer.json<{ session: { expiresAt: string } }>().session.expiresAt);
  expect(new Set(times).size).toBe(1);
  expect(Date.parse(times[0] ?? '') - Date.now()).toBeGreaterThan(604_000_000);
  expect(await gatehouse.database.query('select * from writes')).toHaveLength(1);
});

test('a guarded route that extends a session sends the session cookie and the cookie cache', async () => {
  await makeDue();
  const answer = await client.get('/api/auth/list-accounts');
  expect(set(answer)).toEqual(['better-auth.session_token', 'better-auth.session_data']);
  expect(answer.headers['set-auth-token']).toBe(
    decodeURIComponent(client.cookies.get('better-auth.session_token') ?? ''),
  );
});

test('answers 401 and deletes the cookies if the session vanishes during its extension', async () => {
  await gatehouse.database.query(`
    create function vanish() returns trigger language plpgsql as
      'begin delete from sessions where id = old.id; return null; end'`);
  await makeDue();
  await gatehouse.database.query(
    'create trigger vanish before update on sessions for each row execute function vanish()',
  );
  const answer = await client.get('/api/auth/get-session');
  expect([answer.status, answer.json()]).toEqual([
    401,
    { message: 'Failed to get session', code: 'FAILED_TO_GET_SESSION' },
  ]);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(set(answer)).toEqual([
    'better-auth.session_token',
    'better-auth.session_data',
    'better-auth.dont_remember',
  ]);
  expect([...client.cookies.keys()]).toEqual([]);
});

test.each(['%E0%A4%A', 'a.b', '"', 'é', 'x'.repeat(4000), ''])(
  'ignores the invalid session data %j',
  async (value) => {
    client.cookies.set('better-auth.session_data', value);
    expect((await client.get('/api/auth/list-accounts')).status).toBe(200);
    client.cookies.set('better-auth.session_data', value);
    expect((await client.get('/api/auth/get-session')).json()).toMatchObject({ user: { name: 'Ada' } });
    expect(gatehouse.log()).not.toContain('"level":"error"');
  },
);

test('ignores another user’s session data (test/security/advisories.md, "A21")', async () => {
  const eve = new BrowserLikeClient(gatehouse.origin);
  await eve.post('/api/auth/sign-up/email', { ...ADA, name: 'Eve', email: 'eve@example.com' });
  client.cookies.set('better-auth.session_data', eve.cookies.get('better-auth.session_data') ?? '');
  expect((await client.get('/api/auth/get-session')).json()).toMatchObject({ user: { name: 'Ada' } });
});

test('a client with a JWT gets no cookies and no answer from the cookie cache', async () => {
  const { token } = (await client.get('/api/auth/token')).json<{ token: string }>();
  const app = new BrowserLikeClient(gatehouse.origin);
  const headers = { authorization: `Bearer ${token}` };
  await makeDue();
  expect(set(await app.get('/api/auth/get-session', headers))).toEqual([]);
  await gatehouse.database.query('delete from sessions');
  expect((await app.get('/api/auth/list-accounts', headers)).status).toBe(401);
});
