import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { meetingAtLock } from '../setup/locks.js';
import { metric } from '../setup/metrics.js';
import { aMember, aStranger, bearer, onAnotherDevice, type Member } from '../setup/people.js';

const DAY = 86_400;

const running: Gatehouse[] = [];

async function start(environment: Record<string, string>): Promise<Gatehouse> {
  const gatehouse = await startGatehouse(environment);
  running.push(gatehouse);
  return gatehouse;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((gatehouse) => gatehouse.stop()));
});

/** Moves the times of the session into the past, as if it had begun and had last been used so many seconds ago. */
async function age({ database }: Gatehouse, { token }: Member, begun: number, used = begun): Promise<void> {
  await database.query(
    `update sessions set created_at = now() - $2 * interval '1 second', updated_at = now() - $3 * interval '1 second'
     where token = $1`,
    [token, begun, used],
  );
}

const signedIn = async ({ client }: Member) => (await client.get('/api/auth/get-session')).text !== 'null';

interface Row {
  readonly life: number;
  readonly unused: number;
}

async function rowOf({ database }: Gatehouse, { token }: Member): Promise<Row | undefined> {
  const [row] = await database.query<Row>(
    `select extract(epoch from expires_at - created_at)::int as life,
            extract(epoch from now() - updated_at)::int as unused from sessions where token = $1`,
    [token],
  );
  return row;
}

describe('the absolute lifetime', () => {
  test('ends a session that is in use, on every route and for its JWT', async () => {
    const gatehouse = await start({ SESSION_ABSOLUTE_LIFETIME: String(10 * DAY) });
    const ada = await aMember(gatehouse);
    const { token: jwt } = (await ada.client.get('/api/auth/token')).json<{ token: string }>();
    await age(gatehouse, ada, 9 * DAY, 0);
    expect((await aStranger(gatehouse).get('/api/auth/list-accounts', bearer(jwt))).status).toBe(200);
    await age(gatehouse, ada, 10 * DAY, 0);
    const ways = [ada.client, aStranger(gatehouse)] as const;
    expect((await ways[1].get('/api/auth/list-accounts', bearer(jwt))).status).toBe(401);
    expect((await ways[0].get('/api/auth/list-accounts')).status).toBe(401);
    expect(await signedIn(ada)).toBe(false);
    expect(await rowOf(gatehouse, ada)).toBeUndefined();
  });

  test('limits the expiry that a new and a renewed session get in the database', async () => {
    const short = await start({ SESSION_ABSOLUTE_LIFETIME: '600' });
    expect(await rowOf(short, await aMember(short))).toMatchObject({ life: 600 });

    const long = await start({ SESSION_ABSOLUTE_LIFETIME: String(10 * DAY) });
    const ada = await aMember(long);
    await age(long, ada, 6 * DAY);
    await long.database.query(`update sessions set expires_at = now() + interval '1 day'`);
    expect(await signedIn(ada)).toBe(true);
    expect(await rowOf(long, ada)).toMatchObject({ life: 10 * DAY, unused: 0 });
  });

  test('does not list a session that has reached it', async () => {
    const gatehouse = await start({ SESSION_ABSOLUTE_LIFETIME: String(10 * DAY) });
    const ada = await aMember(gatehouse);
    const other = await onAnotherDevice(gatehouse, ada);
    await age(gatehouse, other, 10 * DAY);
    const listed = (await ada.client.get('/api/auth/list-sessions')).json<{ token: string }[]>();
    expect(listed.map(({ token }) => token)).toEqual([ada.token]);
  });
});

describe('the idle lifetime', () => {
  test('ends a session that nobody used, and only that one', async () => {
    const gatehouse = await start({ SESSION_IDLE_LIFETIME: String(DAY) });
    const ada = await aMember(gatehouse);
    const other = await onAnotherDevice(gatehouse, ada);
    await age(gatehouse, ada, 5 * DAY, DAY);
    await age(gatehouse, other, 5 * DAY, DAY - 60);
    expect([await signedIn(ada), await signedIn(other)]).toEqual([false, true]);
  });

  test.each([
    ['remembered', {}],
    ['not remembered', { rememberMe: false }],
  ])('starts again with a request, in a session that is %s', async (_, body) => {
    const gatehouse = await start({ SESSION_IDLE_LIFETIME: '1000' });
    const ada = await onAnotherDevice(gatehouse, await aMember(gatehouse), body);
    const life = (await rowOf(gatehouse, ada))?.life;
    await age(gatehouse, ada, 900);
    expect(await signedIn(ada)).toBe(true);
    const row = await rowOf(gatehouse, ada);
    expect(row?.unused).toBeLessThan(5);
    // The use is recorded, but it does not extend the session.
    expect(row?.life).toBe((life ?? 0) + 900);
  });

  test('does not start again with a request that asks not to renew', async () => {
    const gatehouse = await start({ SESSION_IDLE_LIFETIME: '1000' });
    const ada = await aMember(gatehouse);
    await age(gatehouse, ada, 900);
    await ada.client.get('/api/auth/get-session?disableRefresh=true');
    expect((await rowOf(gatehouse, ada))?.unused).toBeGreaterThanOrEqual(900);
  });
});

describe('caches', () => {
  test.each([
    ['SESSION_ABSOLUTE_LIFETIME', {}],
    ['SESSION_IDLE_LIFETIME', { disableRefresh: 'true' }],
  ])('the session cache and repeated answers end with %s', async (variable, query) => {
    const gatehouse = await start({ SESSION_CACHE: 'true', [variable]: '3' });
    const ada = await aMember(gatehouse);
    const path = `/api/auth/get-session?${new URLSearchParams(query).toString()}`.replace(/\?$/, '');
    const ask = async () => (await ada.client.get(path)).text !== 'null';
    const begun = Date.now();
    while ((await metric(gatehouse, 'gatehouse_session_cache_hits_total')) === 0) if (!(await ask())) break;
    expect(Date.now() - begun).toBeLessThan(3000);
    await new Promise((resolve) => setTimeout(resolve, 3100 - (Date.now() - begun)));
    expect(await ask()).toBe(false);
  });

  test.each(['SESSION_ABSOLUTE_LIFETIME', 'SESSION_IDLE_LIFETIME'])(
    'the session data cookie does not outlive %s',
    async (variable) => {
      const gatehouse = await start({ SESSION_COOKIE_CACHE_ENABLED: 'true', [variable]: '2' });
      const ada = await aMember(gatehouse);
      expect(await signedIn(ada)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 2100));
      expect(await signedIn(ada)).toBe(false);
    },
  );

  test('the session data cookie does not hide the use of a session', async () => {
    const gatehouse = await start({ SESSION_COOKIE_CACHE_ENABLED: 'true', SESSION_IDLE_LIFETIME: '3' });
    const ada = await aMember(gatehouse);
    const end = Date.now() + 4500;
    while (Date.now() < end) {
      expect(await signedIn(ada)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
});

test('repeated answers do not hide the use of a session', async () => {
  const gatehouse = await start({ SESSION_CACHE: 'true', SESSION_IDLE_LIFETIME: '3' });
  const ada = await aMember(gatehouse);
  const end = Date.now() + 4500;
  while (Date.now() < end) {
    expect(await signedIn(ada)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(await metric(gatehouse, 'gatehouse_repeated_answers_total')).toBeGreaterThan(0);
  // Another instance would otherwise find it unused for too long.
  expect((await rowOf(gatehouse, ada))?.unused).toBeLessThan(3);
});

describe('the most sessions of a user', () => {
  test('end the oldest session with a further sign-in, and no session of others', async () => {
    const gatehouse = await start({ SESSION_MAX_PER_USER: '2' });
    const bob = await aMember(gatehouse);
    const first = await aMember(gatehouse);
    const second = await onAnotherDevice(gatehouse, first);
    const third = await onAnotherDevice(gatehouse, first);
    expect(await Promise.all([bob, first, second, third].map(signedIn))).toEqual([true, false, true, true]);
  });

  test('hold for simultaneous sign-ins', async () => {
    const gatehouse = await start({ SESSION_MAX_PER_USER: '2' });
    const ada = await aMember(gatehouse);
    await Promise.all(Array.from({ length: 8 }, () => onAnotherDevice(gatehouse, ada)));
    expect(await gatehouse.database.query('select 1 from sessions')).toHaveLength(2);
  });

  test('hold for two sign-ins that insert before either deletes', async () => {
    const gatehouse = await start({ SESSION_MAX_PER_USER: '2' });
    const ada = await aMember(gatehouse);
    await onAnotherDevice(gatehouse, ada);
    // Both want to delete the oldest session, and cannot see each other's new one.
    const held = { statement: 'select 1 from sessions where token = $1 for update', values: [ada.token] };
    await meetingAtLock(gatehouse.database, { ...held, waiting: 2 }, () =>
      Promise.all([onAnotherDevice(gatehouse, ada), onAnotherDevice(gatehouse, ada)]),
    );
    expect(await gatehouse.database.query('select 1 from sessions')).toHaveLength(2);
  });

  test('do not count sessions that have expired', async () => {
    const gatehouse = await start({ SESSION_MAX_PER_USER: '2' });
    const first = await aMember(gatehouse);
    const second = await onAnotherDevice(gatehouse, first);
    await gatehouse.database.query('update sessions set expires_at = now() where token = $1', [second.token]);
    await onAnotherDevice(gatehouse, first);
    expect(await signedIn(first)).toBe(true);
  });

  test('end the session in the session cache at once', async () => {
    const gatehouse = await start({ SESSION_MAX_PER_USER: '1', SESSION_CACHE: 'true' });
    const ada = await aMember(gatehouse);
    await signedIn(ada);
    await signedIn(ada);
    await onAnotherDevice(gatehouse, ada);
    expect(await signedIn(ada)).toBe(false);
  });
});

describe('SECURITY_PROFILE', () => {
  /** Signs in a user who has 20 sessions. */
  const count = async (gatehouse: Gatehouse) => {
    const ada = await aMember(gatehouse);
    await gatehouse.database.query(
      `insert into sessions (id, user_id, token, expires_at, created_at, updated_at)
       select 's' || n, user_id, 'token' || n, expires_at, created_at, updated_at
       from sessions, generate_series(2, 20) as n`,
    );
    await onAnotherDevice(gatehouse, ada);
    return (await gatehouse.database.query('select 1 from sessions')).length;
  };
  const holds = async (gatehouse: Gatehouse, begun: number, used: number) => {
    const ada = await aMember(gatehouse);
    await age(gatehouse, ada, begun, used);
    return signedIn(ada);
  };

  test('strict sets 20 sessions, 30 days and 3 days', async () => {
    const gatehouse = await start({ SECURITY_PROFILE: 'strict' });
    expect(await count(gatehouse)).toBe(20);
    expect([await holds(gatehouse, 30 * DAY, 0), await holds(gatehouse, 3 * DAY, 3 * DAY)]).toEqual([
      false,
      false,
    ]);
  });

  test.each([
    ['compatible sets none', {}],
    [
      'each can be switched off under strict',
      {
        SECURITY_PROFILE: 'strict',
        SESSION_MAX_PER_USER: '0',
        SESSION_ABSOLUTE_LIFETIME: '0',
        SESSION_IDLE_LIFETIME: '0',
      },
    ],
  ])('%s', async (_, environment: Record<string, string>) => {
    const gatehouse = await start(environment);
    expect(await count(gatehouse)).toBe(21);
    expect(await holds(gatehouse, 99 * DAY, 99 * DAY)).toBe(true);
  });
});
