import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';

const OLD = 'the-old-secret-that-is-long-enough-for-tests';
const NEW = 'the-new-secret-that-is-long-enough-for-tests';
const CACHE = { SESSION_COOKIE_CACHE_ENABLED: 'true' };

const ADA = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' };

/** The names of the cookies that an answer sets. */
const set = (answer: Answer) => answer.setCookies.map((line) => line.slice(0, line.indexOf('=')));

const TOKEN = 'better-auth.session_token';
const DATA = 'better-auth.session_data';
const MARK = 'better-auth.dont_remember';

let database: TestDatabase;
/** One server for each configuration. */
const running = new Map<string, Promise<Gatehouse>>();

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
});

beforeEach(() => database.query('delete from users'));

afterAll(async () => {
  await Promise.all([...running.values()].map(async (server) => (await server).stop()));
  await database.drop();
});

function start(environment: Record<string, string>): Promise<Gatehouse> {
  const key = JSON.stringify(environment);
  const server =
    running.get(key) ?? startGatehouse({ ...environment, RATE_LIMIT_ENABLED: 'false' }, database);
  running.set(key, server);
  return server;
}

/** A client that signed in before the rotation of the secret and now talks to a server with the new one. */
async function visitor(
  settings: Record<string, string>,
  after: Record<string, string>,
  rememberMe = true,
): Promise<BrowserLikeClient> {
  const before = await start({ ...settings, BETTER_AUTH_SECRET: OLD });
  const client = new BrowserLikeClient(before.origin);
  const signedUp = await client.post('/api/auth/sign-up/email', { ...ADA, rememberMe });
  expect(signedUp.status).toBe(200);
  const rotated = await start({ ...settings, ...after });
  return new BrowserLikeClient(rotated.origin, true, client.cookies);
}

const LISTED = { BETTER_AUTH_SECRETS: `2:${NEW},1:${OLD}` };

test.each([
  ['listed as an older version', LISTED],
  ['left as the plain secret', { BETTER_AUTH_SECRETS: `2:${NEW}`, BETTER_AUTH_SECRET: OLD }],
])('a rotated secret %s signs nobody out, and its cookies are signed again', async (_, after) => {
  const client = await visitor({}, after);
  const first = await client.get('/api/auth/get-session');
  expect(first.json()).toMatchObject({ user: { email: ADA.email } });
  expect(first.setCookies).toEqual([
    expect.stringMatching(/^better-auth\.session_token=.*; Max-Age=604800;/),
  ]);
  expect(first.headers['set-auth-token']).toBe(decodeURIComponent(client.cookies.get(TOKEN) ?? ''));
  expect(set(await client.get('/api/auth/get-session'))).toEqual([]);

  const alone = await start({ BETTER_AUTH_SECRET: NEW });
  const later = new BrowserLikeClient(alone.origin, true, client.cookies);
  expect((await later.get('/api/auth/list-accounts')).status).toBe(200);
});

test('refuses the cookie of a secret that is not listed any more', async () => {
  const client = await visitor({}, { BETTER_AUTH_SECRETS: `2:${NEW}` });
  expect((await client.get('/api/auth/get-session')).text).toBe('null');
});

test('signs dont_remember again, so that the session still ends with the browser', async () => {
  const client = await visitor({}, LISTED, false);
  const answer = await client.get('/api/auth/list-accounts');
  expect(answer.status).toBe(200);
  expect(set(answer)).toEqual([TOKEN, MARK]);
  for (const line of answer.setCookies) expect(line).not.toContain('Max-Age');
  expect(set(await client.get('/api/auth/list-accounts'))).toEqual([]);
});

test('signs both cookies again even if only dont_remember has the old signature', async () => {
  const client = await visitor({}, LISTED, false);
  const mark = client.cookies.get(MARK) ?? '';
  await client.get('/api/auth/get-session');
  client.cookies.set(MARK, mark);
  expect(set(await client.get('/api/auth/get-session'))).toEqual([TOKEN, MARK]);
});

test.each(['compact', 'jwt', 'jwe'])(
  'seals the cookie cache (%s) again, and keeps its age',
  async (strategy) => {
    const client = await visitor({ ...CACHE, SESSION_COOKIE_CACHE_STRATEGY: strategy }, LISTED);
    // Only the cookie cache can answer, because the row is deleted.
    await database.query('delete from sessions');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const answer = await client.get('/api/auth/get-session');
    expect(answer.json()).toMatchObject({ user: { email: ADA.email } });
    expect(set(answer).toSorted()).toEqual([DATA, TOKEN]);
    const age = Number(/session_data=.*Max-Age=(\d+)/.exec(answer.setCookies.join('\n'))?.[1]);
    expect(age).toBeGreaterThan(280);
    expect(age).toBeLessThan(300);
    expect(set(await client.get('/api/auth/get-session'))).toEqual([]);

    const alone = await start({ ...CACHE, SESSION_COOKIE_CACHE_STRATEGY: strategy, BETTER_AUTH_SECRET: NEW });
    const later = new BrowserLikeClient(alone.origin, true, client.cookies);
    expect((await later.get('/api/auth/get-session')).json()).toMatchObject({ user: { email: ADA.email } });
  },
);

test('a bearer signed with the old secret gets one signed with the new secret', async () => {
  const client = await visitor({ REQUIRE_SIGNATURE: 'true' }, LISTED);
  const old = decodeURIComponent(client.cookies.get(TOKEN) ?? '');
  client.cookies.clear();
  const headers = { authorization: `Bearer ${old}` };
  const answer = await client.get('/api/auth/get-session', headers);
  const renewed = answer.headers['set-auth-token'];
  expect(renewed).toMatch(new RegExp(`^${old.split('.')[0]}\\.[\\w+/]{43}=$`));
  expect(renewed).not.toBe(old);
  expect(answer.headers['access-control-expose-headers']).toBe('set-auth-token, set-auth-jwt');

  const alone = await start({ BETTER_AUTH_SECRET: NEW, REQUIRE_SIGNATURE: 'true' });
  const later = new BrowserLikeClient(alone.origin);
  const by = async (token: unknown) =>
    (await later.get('/api/auth/list-accounts', { authorization: `Bearer ${String(token)}` })).status;
  expect([await by(renewed), await by(old), await by(old.split('.')[0])]).toEqual([200, 401, 401]);
});

test('extends a session that is due, and signs its cookie again once', async () => {
  const client = await visitor(CACHE, LISTED);
  client.cookies.delete(DATA);
  await database.query(`update sessions set expires_at = now() + interval '1 day'`);
  expect(set(await client.get('/api/auth/get-session'))).toEqual([TOKEN, DATA]);
});
