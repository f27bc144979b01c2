import { signValue } from '../../../src/cookies/signed-value.js';
import { meetingAtLock } from '../../setup/locks.js';
import { SECRET, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import {
  aMember,
  aStranger,
  bearer,
  onAnotherDevice,
  type Member,
  type UserAnswer,
} from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
  // Notes every update of a session.
  await gatehouse.database.query(`
    create table session_updates (token text not null);
    create function note_update() returns trigger language plpgsql as
      'begin insert into session_updates values (new.token); return new; end';
    create trigger note_update after update on sessions for each row execute function note_update();`);
});

afterAll(() => gatehouse.stop());

interface Answered {
  readonly session: {
    readonly id: string;
    readonly token: string;
    readonly expiresAt: string;
    readonly updatedAt: string;
  };
  readonly user: UserAnswer;
}

const DAY = 86_400_000;
const inDays = (iso: string) => (Date.parse(iso) - Date.now()) / DAY;

/** Makes the session look as if it had last been extended this number of days ago. `updatesOf` does not count this. */
async function age({ token }: Member, days: number): Promise<void> {
  const set = `expires_at = now() + interval '7 days' - interval '${days} days', updated_at = now() - interval '${days} days'`;
  await gatehouse.database.query(`update sessions set ${set} where token = $1`, [token]);
  await gatehouse.database.query('delete from session_updates where token = $1', [token]);
}

async function updatesOf({ token }: Member): Promise<number> {
  return (await gatehouse.database.query('select 1 from session_updates where token = $1', [token])).length;
}

const getSession = (member: Member, query = '') => member.client.get(`/api/auth/get-session${query}`);

test('answers with session and user after a sign-up, and forbids caching', async () => {
  const member = await aMember(gatehouse, { name: 'Ada' });
  const answer = await getSession(member);
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
  const { session, user } = answer.json<Answered>();
  expect(session).toMatchObject({ token: member.token, userId: member.id });
  expect(user).toMatchObject({
    id: member.id,
    name: 'Ada',
    email: member.email,
    emailVerified: false,
    image: null,
  });
  expect(Object.keys(session)).toEqual([
    'expiresAt',
    'token',
    'createdAt',
    'updatedAt',
    'ipAddress',
    'userAgent',
    'userId',
    'id',
  ]);
  expect(Object.keys(user)).toEqual([
    'name',
    'email',
    'emailVerified',
    'image',
    'createdAt',
    'updatedAt',
    'id',
  ]);
});

test('answers null without a session, and sets no cookies', async () => {
  const answer = await aStranger(gatehouse).get('/api/auth/get-session');
  expect([answer.status, answer.text, answer.setCookies]).toEqual([200, 'null', []]);
});

test('answers null for a deleted session, and deletes its cookies', async () => {
  const member = await aMember(gatehouse);
  await gatehouse.database.query('delete from sessions where token = $1', [member.token]);
  expect((await getSession(member)).text).toBe('null');
  expect(member.client.cookies.size).toBe(0);
});

test('answers null for an expired session, and deletes its row', async () => {
  const member = await aMember(gatehouse);
  await age(member, 7.001);
  expect((await getSession(member)).text).toBe('null');
  expect(await gatehouse.database.query('select 1 from sessions where token = $1', [member.token])).toEqual(
    [],
  );
});

test('does not write a session that is not due for extension', async () => {
  const member = await aMember(gatehouse);
  await age(member, 0.99);
  const answer = await getSession(member);
  expect(inDays(answer.json<Answered>().session.expiresAt)).toBeCloseTo(6.01, 1);
  expect(answer.setCookies).toEqual([]);
  expect(await updatesOf(member)).toBe(0);
});

test('extends a session that is due, and its cookie', async () => {
  const member = await aMember(gatehouse);
  await age(member, 1);
  const answer = await getSession(member);
  const { session } = answer.json<Answered>();
  expect(inDays(session.expiresAt)).toBeCloseTo(7, 2);
  expect(inDays(session.updatedAt)).toBeCloseTo(0, 2);
  expect(answer.setCookies).toHaveLength(1);
  expect(answer.setCookies[0]).toMatch(/^better-auth\.session_token=.*; Max-Age=604800; /);
  expect(await updatesOf(member)).toBe(1);
});

test('every guarded route extends a session that is due', async () => {
  const member = await aMember(gatehouse);
  await age(member, 2);
  expect((await member.client.get('/api/auth/list-accounts')).setCookies).toHaveLength(1);
  expect(await updatesOf(member)).toBe(1);
});

test('20 simultaneous requests extend the session once, and all get the new time', async () => {
  const member = await aMember(gatehouse);
  await age(member, 3);
  // Several requests have read that the session is due. They wait for its row lock to extend it.
  const answers = await meetingAtLock(
    gatehouse.database,
    { statement: 'select 1 from sessions where token = $1 for update', values: [member.token], waiting: 5 },
    () => Promise.all(Array.from({ length: 20 }, () => getSession(member))),
  );
  for (const answer of answers) expect(inDays(answer.json<Answered>().session.expiresAt)).toBeCloseTo(7, 2);
  expect(await updatesOf(member)).toBe(1);
});

test.each([
  ['?disableRefresh=true', 0],
  ['?disableRefresh=false', 0],
  ['?disableRefresh=1&disableRefresh=2', 0],
  ['?disableRefresh=', 1],
  ['?disablerefresh=true', 1],
])('%s: %i updates of the session', async (query, updates) => {
  const member = await aMember(gatehouse);
  await age(member, 3);
  expect((await getSession(member, query)).json<Answered>().session.token).toBe(member.token);
  expect(await updatesOf(member)).toBe(updates);
});

test('never extends a session that ends with the browser', async () => {
  const member = await onAnotherDevice(gatehouse, await aMember(gatehouse), { rememberMe: false });
  const [row] = await gatehouse.database.query<{ expires_at: Date }>(
    'select expires_at from sessions where token = $1',
    [member.token],
  );
  expect(inDays(row?.expires_at.toISOString() ?? '')).toBeCloseTo(1, 2);
  await age(member, 6.5);
  const answer = await getSession(member);
  expect(inDays(answer.json<Answered>().session.expiresAt)).toBeCloseTo(0.5, 1);
  expect(await updatesOf(member)).toBe(0);
});

test('ignores a forged cookie dont_remember', async () => {
  const member = await aMember(gatehouse);
  await age(member, 3);
  member.client.cookies.set(
    'better-auth.dont_remember',
    encodeURIComponent(signValue('true', 'x'.repeat(32))),
  );
  await getSession(member);
  expect(await updatesOf(member)).toBe(1);
});

test('a client with a JWT gets no cookies, although its session is extended', async () => {
  const member = await aMember(gatehouse);
  const { token: jwt } = (await member.client.get('/api/auth/token')).json<{ token: string }>();
  await age(member, 3);
  const answer = await aStranger(gatehouse).get('/api/auth/get-session', bearer(jwt));
  expect(inDays(answer.json<Answered>().session.expiresAt)).toBeCloseTo(7, 2);
  expect(answer.setCookies).toEqual([]);
  expect(answer.headers['set-auth-token']).toBeUndefined();
});

test('the answer has a JWT for other services', async () => {
  const member = await aMember(gatehouse);
  const answer = await getSession(member);
  expect(answer.headers['access-control-expose-headers']).toContain('set-auth-jwt');
  const jwt = String(answer.headers['set-auth-jwt']);
  expect(
    (await aStranger(gatehouse).get('/api/auth/get-session', bearer(jwt))).json<Answered>().user.id,
  ).toBe(member.id);
});

test('refuses POST, because GET extends sessions by default', async () => {
  const answer = await (await aMember(gatehouse)).client.post('/api/auth/get-session', {});
  expect(answer.status).toBe(405);
  expect(answer.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED' });
  expect(answer.headers['cache-control']).toBe('no-store');
});

test('answers an error without details if the database fails', async () => {
  const member = await aMember(gatehouse);
  await gatehouse.database.query('alter table sessions rename to sessions_away');
  try {
    const answer = await getSession(member);
    expect([answer.status, answer.json()]).toEqual([
      500,
      { message: 'Failed to get session', code: 'FAILED_TO_GET_SESSION' },
    ]);
    const guarded = await member.client.get('/api/auth/token');
    expect([guarded.status, guarded.text, guarded.headers['content-type']]).toEqual([500, '', undefined]);
  } finally {
    await gatehouse.database.query('alter table sessions_away rename to sessions');
  }
  expect((await getSession(member)).json<Answered>().user.id).toBe(member.id);
});

test('simultaneous requests each get their own session, with missing and expired ones among them', async () => {
  const { id } = await aMember(gatehouse);
  await gatehouse.database.query(
    `insert into sessions (id, user_id, token, expires_at)
     select 'crowd' || n, $1, 'crowd' || n, now() + (n % 3 - 1) * interval '1 hour' from generate_series(0, 29) n`,
    [id],
  );
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      aStranger(gatehouse).get('/api/auth/get-session', {
        cookie: `better-auth.session_token=${encodeURIComponent(signValue(`crowd${n}`, SECRET))}`,
      }),
    ),
  );
  const told = answers.map((answer) => answer.json<Answered | null>()?.session.token ?? null);
  expect(told).toEqual(Array.from({ length: 40 }, (_, n) => (n < 30 && n % 3 === 2 ? `crowd${n}` : null)));
});
