import { BrowserLikeClient, type Answer } from '../../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aLegacyUser } from '../../setup/legacy-users.js';
import { hashesDuring } from '../../setup/metrics.js';
import { aPerson, aStranger, type UserAnswer } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  // On a busy machine 20 hashes take longer than the 10 s that a request has by default.
  gatehouse = await startGatehouse({ REQUEST_DEADLINE: '60' });
});

afterAll(() => gatehouse.stop());

interface SignedUp {
  readonly token: string | null;
  readonly user: UserAnswer;
}

const signUp = (body: unknown, headers = {}, on = gatehouse) =>
  new BrowserLikeClient(on.origin).post('/api/auth/sign-up/email', body, headers);
const codeOf = (answer: Answer) => [answer.status, answer.json<{ code: string }>().code];

/** The number of rows with this e-mail in each table. */
async function rowsOf(email: string) {
  const [row] = await gatehouse.database.query<{ users: number; accounts: number; sessions: number }>(
    `select (select count(*) from users where email = $1)::int as users,
            (select count(*) from accounts a join users u on u.id = a.user_id where u.email = $1)::int as accounts,
            (select count(*) from sessions s join users u on u.id = s.user_id where u.email = $1)::int as sessions`,
    [email],
  );
  return row;
}

describe('a sign-up', () => {
  test('creates a user, an account with a hash and a session, and sets the cookie', async () => {
    const person = aPerson({ name: 'Ada Lovelace' });
    const answer = await signUp({ ...person, image: 'https://example.com/ada.png' });
    expect(answer.status).toBe(200);
    const { token, user } = answer.json<SignedUp>();
    expect(Object.keys(answer.json<object>())).toEqual(['token', 'user']);
    expect(user).toMatchObject({
      name: 'Ada Lovelace',
      email: person.email,
      emailVerified: false,
      image: 'https://example.com/ada.png',
    });
    expect(user.id).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(answer.headers['set-auth-token']).toMatch(new RegExp(`^${token}\\.[A-Za-z0-9+/]{43}=$`));
    expect(answer.setCookies).toHaveLength(1);
    const [account] = await gatehouse.database.query('select * from accounts where user_id = $1', [user.id]);
    expect(account).toMatchObject({ provider_id: 'credential', provider_user_id: user.id });
    expect(account?.['password']).toMatch(/^\$2b\$10\$/);
    expect(await rowsOf(person.email)).toEqual({ users: 1, accounts: 1, sessions: 1 });
  });

  test('stores the e-mail in lower case', async () => {
    const { user } = (await signUp(aPerson({ email: 'Grace.Hopper@Example.COM' }))).json<SignedUp>();
    expect(user.email).toBe('grace.hopper@example.com');
    expect(codeOf(await signUp(aPerson({ email: 'GRACE.hopper@example.com' })))).toEqual([
      422,
      'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL',
    ]);
  });

  test('accepts an empty name, and a form', async () => {
    const form = new URLSearchParams({ ...aPerson(), name: '' }).toString();
    const answer = await signUp(form, { 'content-type': 'application/x-www-form-urlencoded' });
    expect(answer.json<SignedUp>().user.name).toBe('');
  });

  test('with rememberMe false gives a session that ends with the browser', async () => {
    const answer = await signUp({ ...aPerson(), rememberMe: false });
    expect(answer.setCookies.map((line) => line.split('=')[0])).toEqual([
      'better-auth.session_token',
      'better-auth.dont_remember',
    ]);
    expect(answer.setCookies.join()).not.toContain('Max-Age');
  });

  test('refuses the e-mail of a legacy user, in any case', async () => {
    await aLegacyUser(gatehouse.database, { email: ' Kept@Example.com ', hash: null });
    expect(codeOf(await signUp(aPerson({ email: 'kept@example.com' })))[0]).toBe(422);
  });
});

describe('mass assignment', () => {
  test('never stores fields that do not belong to a sign-up', async () => {
    const person = aPerson();
    const past = '2001-01-01T00:00:00.000Z';
    const answer = await signUp({
      ...person,
      id: 'chosen',
      emailVerified: true,
      email_verified: past,
      is_email_verified: true,
      createdAt: past,
      created_at: past,
      banned: true,
      role: 'admin',
      token: 'chosen',
      userId: 'chosen',
    });
    const [row] = await gatehouse.database.query<Record<string, unknown>>(
      'select * from users where email = $1',
      [person.email],
    );
    expect(row).toMatchObject({ is_email_verified: false, email_verified: null, banned: false });
    expect(row?.['id']).toBe(answer.json<SignedUp>().user.id);
    expect(row?.['id']).not.toBe('chosen');
    expect(String(row?.['created_at'])).not.toContain('2001');
  });

  test('ignores keys such as __proto__', async () => {
    const { name, email, password } = aPerson();
    const text = `{"name":"${name}","email":"${email}","password":"${password}","__proto__":{"emailVerified":true,"rememberMe":false},"constructor":{"prototype":{"image":"x"}}}`;
    const answer = await signUp(text);
    expect(answer.json<SignedUp>().user).toMatchObject({ emailVerified: false, image: null });
    expect(answer.setCookies[0]).toContain('Max-Age=604800');
    expect((await signUp(aPerson())).json<SignedUp>().user.image).toBeNull();
  });
});

describe('the length of the password, in UTF-16 units', () => {
  test.each([
    ['7 letters', 'a'.repeat(7), 'PASSWORD_TOO_SHORT'],
    ['7 units in 4 characters', '😀😀😀a', 'PASSWORD_TOO_SHORT'],
    ['129 letters', 'a'.repeat(129), 'PASSWORD_TOO_LONG'],
    ['130 units in 65 characters', '😀'.repeat(65), 'PASSWORD_TOO_LONG'],
    ['a megabyte', 'a'.repeat(1_000_000), 'PASSWORD_TOO_LONG'],
  ])('refuses %s without hashing anything', async (_, password, code) => {
    const person = aPerson({ password });
    const hashes = await hashesDuring(gatehouse, async () =>
      expect(codeOf(await signUp(person))).toEqual([400, code]),
    );
    expect(hashes).toBe(0);
    expect(await rowsOf(person.email)).toEqual({ users: 0, accounts: 0, sessions: 0 });
  });

  test.each([
    ['8 letters', 'a'.repeat(8)],
    ['8 units in 4 characters', '😀😀😀😀'],
    ['128 letters', 'a'.repeat(128)],
    ['128 units in 64 characters', '😀'.repeat(64)],
    ['blanks', ' '.repeat(8)],
    ['a NUL among them', 'pass\0word'],
    ['half a surrogate pair', 'password\ud83d'],
  ])('accepts %s, and then no shorter password signs in', async (_, password) => {
    const person = aPerson({ password });
    expect((await signUp(person)).status).toBe(200);
    const signIn = (given: string) =>
      aStranger(gatehouse).post('/api/auth/sign-in/email', { email: person.email, password: given });
    expect((await signIn(password)).status).toBe(200);
    expect((await signIn(password.slice(0, -1))).status).toBe(401);
  });
});

describe('unusual values', () => {
  const long = Array.from({ length: 4000 }, (_, n) => (n * 7919).toString(36)).join('');

  test.each([
    ['a name of 10 000 characters', { name: 'n'.repeat(10_000) }, 400],
    ['a name with half a surrogate pair', { name: 'a\ud800b' }, 200],
    ['a name with a NUL', { name: 'a\0b' }, 422],
    ['a picture with a NUL', { image: '\0' }, 422],
    ['an e-mail too long for the index', { email: `${long}@example.com` }, 400],
    ['an e-mail that is a list', { email: ['a@example.com'] }, 400],
    ['a password that is an object', { password: { length: 10 } }, 400],
    ['a rememberMe that is a text', { rememberMe: 'false' }, 400],
  ])('%s never causes a 500', async (_, changes, status) => {
    expect((await signUp({ ...aPerson(), ...changes })).status).toBe(status);
  });
});

describe('a sign-up is one transaction', () => {
  test('exactly 1 of 20 simultaneous sign-ups with one e-mail succeeds', async () => {
    const { email } = aPerson();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => signUp(aPerson({ email, name: `N${n}` }))),
    );
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([200, ...Array<number>(19).fill(422)]);
    expect(await rowsOf(email)).toEqual({ users: 1, accounts: 1, sessions: 1 });
  });

  test.each(['accounts', 'sessions'])('a failed insert into %s leaves no rows', async (table) => {
    const person = aPerson();
    await gatehouse.database.query(`
      create function fail() returns trigger language plpgsql as 'begin raise exception ''disk is full''; end';
      create trigger fail before insert on ${table} for each row execute function fail();`);
    try {
      const answer = await signUp(person);
      expect([answer.status, answer.text, answer.setCookies]).toEqual([500, '', []]);
      expect(await rowsOf(person.email)).toEqual({ users: 0, accounts: 0, sessions: 0 });
    } finally {
      await gatehouse.database.query('drop function fail cascade');
    }
    expect((await signUp(person)).status).toBe(200);
  });
});

test('if a sign-up does not sign in, a taken e-mail gets the same answer as a free one, at the same cost', async () => {
  const quiet = await startGatehouse({ EMAIL_AND_PASSWORD_AUTO_SIGN_IN: 'false' });
  try {
    const [free, other] = [aPerson(), aPerson()];
    const answers: Answer[] = [];
    const ask = async (body: unknown) => answers.push(await signUp(body, {}, quiet));
    expect(await hashesDuring(quiet, () => ask({ ...free, image: 'i' }))).toBe(1);
    expect(await hashesDuring(quiet, () => ask({ ...free, name: 'Eve', image: 'j' }))).toBe(1);
    const [first, second] = answers.map((answer) => answer.json<SignedUp>());
    expect(answers.map(({ status, setCookies }) => [status, setCookies])).toEqual([
      [200, []],
      [200, []],
    ]);
    expect([first?.token, second?.token]).toEqual([null, null]);
    expect(Object.keys(second?.user ?? {})).toEqual(Object.keys(first?.user ?? {}));
    expect(Object.keys(answers[1]?.headers ?? {}).sort()).toEqual(
      Object.keys(answers[0]?.headers ?? {}).sort(),
    );
    expect(second?.user).toMatchObject({ name: 'Eve', image: 'j', email: free.email, emailVerified: false });
    expect(second?.user.id).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(second?.user.id).not.toBe(first?.user.id);
    expect(await quiet.database.query('select name from users')).toEqual([{ name: free.name }]);
    expect(await quiet.database.query('select 1 from sessions')).toEqual([]);
    // `register` does not reveal it either.
    const registered = await aStranger(quiet).post('/api/auth/register', other);
    const again = await aStranger(quiet).post('/api/auth/register', other);
    expect(registered.json()).toMatchObject({ accessToken: null });
    expect(Object.keys(again.json<object>())).toEqual(Object.keys(registered.json<object>()));
    expect([registered.status, again.status]).toEqual([200, 200]);
  } finally {
    await quiet.stop();
  }
});

test('sign-up can be switched off while sign-in stays on', async () => {
  const closed = await startGatehouse({ EMAIL_AND_PASSWORD_DISABLE_SIGN_UP: 'true' });
  try {
    for (const path of ['sign-up/email', 'register']) {
      const answer = await aStranger(closed).post(`/api/auth/${path}`, aPerson());
      expect(codeOf(answer)).toEqual([400, 'EMAIL_PASSWORD_SIGN_UP_DISABLED']);
    }
    expect(codeOf(await aStranger(closed).post('/api/auth/login', aPerson()))[0]).toBe(401);
    expect(await closed.database.query('select 1 from users')).toEqual([]);
  } finally {
    await closed.stop();
  }
});

test('sign-in with passwords can be switched off, and the lengths of passwords are configurable', async () => {
  const off = await startGatehouse({ EMAIL_AND_PASSWORD_ENABLED: 'false' });
  const narrow = await startGatehouse({
    EMAIL_AND_PASSWORD_MIN_PASSWORD_LENGTH: '3',
    EMAIL_AND_PASSWORD_MAX_PASSWORD_LENGTH: '5',
  });
  try {
    expect(codeOf(await signUp(aPerson(), {}, off))).toEqual([400, 'EMAIL_PASSWORD_SIGN_UP_DISABLED']);
    expect(codeOf(await aStranger(off).post('/api/auth/sign-in/email', aPerson()))).toEqual([
      400,
      'EMAIL_PASSWORD_DISABLED',
    ]);
    const statusOf = async (password: string) => (await signUp(aPerson({ password }), {}, narrow)).status;
    expect([
      await statusOf('ab'),
      await statusOf('abc'),
      await statusOf('abcde'),
      await statusOf('abcdef'),
    ]).toEqual([400, 200, 200, 400]);
  } finally {
    await Promise.all([off.stop(), narrow.stop()]);
  }
});
