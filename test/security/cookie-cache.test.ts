import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { fetchDocument, Route, routesOf } from '../documentation/document.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, onAnotherDevice, type Member } from '../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({
    SESSION_COOKIE_CACHE_ENABLED: 'true',
    USER_CHANGE_EMAIL_ENABLED: 'true',
    USER_DELETE_USER_ENABLED: 'true',
  });
});

afterAll(() => gatehouse.stop());

/** A copy of the member's browser, so that an answer that deletes cookies does not change the next request. */
const copyOf = ({ client }: Member) => new BrowserLikeClient(gatehouse.origin, true, new Map(client.cookies));

/** Ways in which a session can end. */
const ENDS: [string, (member: Member) => Promise<unknown>][] = [
  ['revoked', ({ token }) => gatehouse.database.query('delete from sessions where token = $1', [token])],
  [
    'expired',
    ({ token }) =>
      gatehouse.database.query('update sessions set expires_at = now() where token = $1', [token]),
  ],
  [
    'of a banned user',
    ({ id }) => gatehouse.database.query('update users set banned = true where id = $1', [id]),
  ],
  ['of a deleted user', ({ id }) => gatehouse.database.query('delete from users where id = $1', [id])],
];

test.each(ENDS)('with the cache cookie of a session that is %s, no guarded route answers', async (_, end) => {
  const member = await aMember(gatehouse);
  const { token: other } = await onAnotherDevice(gatehouse, member);
  await end(member);
  const { document } = await fetchDocument(gatehouse);
  const guarded = routesOf(document).filter(({ isGuarded }) => isGuarded);
  expect(guarded.length).toBeGreaterThan(15);
  for (const route of guarded) {
    const body = route.path.endsWith('update-user') ? { name: 'Eve' } : route.example;
    const { method, path, operation } = route;
    const complete = path.endsWith('account-info')
      ? new Route(method, `${path}?accountId=x`, operation)
      : route;
    const answer = await complete.send(copyOf(member), body);
    expect([route.name, answer.status]).toEqual([route.name, 401]);
    expect(answer.text).not.toContain(other);
    expect([route.name, answer.setCookies.filter((line) => /session_data=[^;]/.test(line))]).toEqual([
      route.name,
      [],
    ]);
  }
});

test.each(ENDS)('nobody gets a JWT with the cache cookie of a session that is %s', async (_, end) => {
  const member = await aMember(gatehouse);
  await end(member);
  const shown = await copyOf(member).get('/api/auth/get-session');
  // The cookie still shows the client its own session. That is its purpose.
  expect(shown.json()).toMatchObject({ session: { token: member.token } });
  expect(shown.headers['set-auth-jwt']).toBeUndefined();
  expect(shown.setCookies).toEqual([]);
});

test('a session that lives gets a JWT with its cache cookie, about the user as they are now', async () => {
  const member = await aMember(gatehouse);
  await gatehouse.database.query(`update users set name = 'Grace' where id = $1`, [member.id]);
  const jwt = String((await copyOf(member).get('/api/auth/get-session')).headers['set-auth-jwt']);
  const claims: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  expect(claims).toMatchObject({ sub: member.id, name: 'Grace' });
});

describe('with `session.cookieCache.refreshCache`', () => {
  let refreshing: Gatehouse;

  beforeAll(async () => {
    refreshing = await startGatehouse(
      // The cookie lives for 300 seconds, so every answer comes in the part of its life in which it is refreshed.
      { SESSION_COOKIE_CACHE_ENABLED: 'true', SESSION_COOKIE_CACHE_REFRESH_CACHE: '300' },
      gatehouse.database,
    );
  });

  afterAll(() => refreshing.stop());

  const at = (member: Member) =>
    new BrowserLikeClient(refreshing.origin, true, new Map(member.client.cookies));

  test('the database renews the cookie of a session that lives', async () => {
    const member = await aMember(gatehouse);
    await gatehouse.database.query(`update users set name = 'Grace' where id = $1`, [member.id]);
    const answer = await at(member).get('/api/auth/get-session');
    expect(answer.json()).toMatchObject({ user: { name: 'Grace' } });
    expect(answer.setCookies.some((line) => /session_data=[^;]/.test(line))).toBe(true);
  });

  test.each(ENDS)('a session that is %s gets no new cookie', async (_, end) => {
    const member = await aMember(gatehouse);
    await end(member);
    const answer = await at(member).get('/api/auth/get-session');
    expect(answer.json()).toBeNull();
    expect(answer.setCookies.filter((line) => /session_(data|token)=[^;]/.test(line))).toEqual([]);
  });

  test('the cookie answers as before outside of that part of its life', async () => {
    const member = await aMember(gatehouse);
    await gatehouse.database.query('delete from sessions where token = $1', [member.token]);
    expect((await copyOf(member).get('/api/auth/get-session')).json()).toMatchObject({
      user: { id: member.id },
    });
  });
});
