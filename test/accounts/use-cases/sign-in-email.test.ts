import { pbkdf2Sync } from 'node:crypto';
import argon2 from 'argon2';
import bcrypt from 'bcrypt';
import { hashPassword as hashAsBetterAuth } from 'better-auth/crypto';
import type { Answer } from '../../setup/browser-like-client.js';
import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aLegacyUser, type LegacyUser } from '../../setup/legacy-users.js';
import { meetingAtLock } from '../../setup/locks.js';
import { hashesDuring } from '../../setup/metrics.js';
import { aMember, aPerson, aStranger } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

const PASSWORD = 'correct horse battery';
const WRONG = 'wrong horse battery';
const signIn = (email: string, password: string, more: object = {}) =>
  new BrowserLikeClient(gatehouse.origin).post('/api/auth/sign-in/email', { email, password, ...more });
const codeOf = (answer: Answer) => [answer.status, answer.json<{ code: string }>().code];
const idOf = (answer: Answer) => answer.json<{ user: { id: string } }>().user.id;

async function hashOf({ id }: LegacyUser): Promise<string> {
  const [row] = await gatehouse.database.query<{ password: string }>(
    'select password from accounts where user_id = $1',
    [id],
  );
  return row?.password ?? '';
}

describe('sign-in', () => {
  test('answers with the session and sets its cookie', async () => {
    const ada = await aMember(gatehouse);
    const answer = await signIn(ada.email, ada.password);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.json<object>())).toEqual(['redirect', 'token', 'user']);
    expect(answer.json()).toMatchObject({ redirect: false, user: { id: ada.id } });
    expect(answer.setCookies).toHaveLength(1);
    expect(answer.headers.location).toBeUndefined();
  });

  test('accepts the e-mail in any case', async () => {
    const ada = await aMember(gatehouse);
    expect(idOf(await signIn(ada.email.toUpperCase(), ada.password))).toBe(ada.id);
  });

  test.each([
    ['/dash?x=1', '/dash?x=1'],
    ['/日本', '/%E6%97%A5%E6%9C%AC'],
  ])('sends a trusted callbackURL in Location: %s', async (callbackURL, location) => {
    const ada = await aMember(gatehouse);
    const answer = await signIn(ada.email, ada.password, { callbackURL });
    expect(answer.json()).toMatchObject({ redirect: true, url: callbackURL });
    expect([answer.status, answer.headers.location]).toEqual([200, location]);
  });

  test('refuses another callbackURL, even with the right password', async () => {
    const ada = await aMember(gatehouse);
    const answer = await signIn(ada.email, ada.password, { callbackURL: 'https://evil.example' });
    expect([...codeOf(answer), answer.headers.location]).toEqual([403, 'INVALID_CALLBACK_URL', undefined]);
    expect(answer.setCookies).toEqual([]);
  });

  test('with rememberMe deletes the cookie dont_remember of an earlier session', async () => {
    const ada = await aMember(gatehouse);
    const { email, password, client } = ada;
    await client.post('/api/auth/sign-in/email', { email, password, rememberMe: false });
    expect(client.cookies.has('better-auth.dont_remember')).toBe(true);
    await client.post('/api/auth/sign-in/email', { email, password });
    expect(client.cookies.has('better-auth.dont_remember')).toBe(false);
  });
});

describe('a refusal', () => {
  test('is the same for an unknown user and for a wrong password, and each costs one hash', async () => {
    const ada = await aMember(gatehouse);
    const noPassword = await aLegacyUser(gatehouse.database, {
      email: 'no-password@example.com',
      hash: null,
    });
    const answers: Answer[] = [];
    for (const email of [ada.email, 'nobody@example.com', noPassword.email]) {
      const hashes = await hashesDuring(gatehouse, async () => answers.push(await signIn(email, WRONG)));
      expect(hashes).toBe(1);
    }
    const seen = answers.map(({ status, text, headers, setCookies }) => ({
      status,
      text,
      headers: Object.keys(headers).sort(),
      setCookies,
    }));
    expect(seen[0]).toMatchObject({
      status: 401,
      text: '{"message":"Invalid email or password","code":"INVALID_EMAIL_OR_PASSWORD"}',
      setCookies: [],
    });
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  test.each(['', 'ada', 'ada@localhost', ' ada@example.com', 'a\0@example.com', "' or 1=1 --"])(
    'answers INVALID_EMAIL for %j',
    async (email) => {
      expect(codeOf(await signIn(email, PASSWORD))).toEqual([400, 'INVALID_EMAIL']);
    },
  );

  test('hashes nothing for a password of 1,000,000 characters', async () => {
    const ada = await aMember(gatehouse);
    const hashes = await hashesDuring(gatehouse, async () => {
      for (const email of [ada.email, 'nobody@example.com']) {
        expect(codeOf(await signIn(email, 'a'.repeat(1_000_000)))).toEqual([400, 'PASSWORD_TOO_LONG']);
      }
    });
    expect(hashes).toBe(0);
  });

  test.each([
    ['an empty password', { password: '' }, 401],
    ['a password with a NUL', { password: `${PASSWORD}\0` }, 401],
    ['no password', { password: undefined }, 400],
    ['a password that is a number', { password: 12345678 }, 400],
    ['a password that is a list', { password: [PASSWORD] }, 400],
    ['a condition in place of a password', { password: { $ne: null } }, 400],
    ['a condition in place of an e-mail', { email: { $ne: null } }, 400],
  ])('answers 400 or 401 for %s', async (_, changes, status) => {
    const ada = await aMember(gatehouse, { password: PASSWORD });
    const answer = await aStranger(gatehouse).post('/api/auth/sign-in/email', {
      email: ada.email,
      password: PASSWORD,
      ...changes,
    });
    expect(answer.status).toBe(status);
  });

  test('creates no session', async () => {
    const ada = await aMember(gatehouse);
    await signIn(ada.email, WRONG);
    expect(
      await gatehouse.database.query('select 1 from sessions where user_id = $1', [ada.id]),
    ).toHaveLength(1);
  });
});

describe('legacy users', () => {
  test('a banned user is told of the ban only with the right password', async () => {
    const hash = await bcrypt.hash(PASSWORD, 10);
    const { email } = await aLegacyUser(gatehouse.database, {
      email: 'left@example.com',
      hash,
      banned: true,
    });
    expect(codeOf(await signIn(email, PASSWORD))).toEqual([403, 'BANNED_USER']);
    expect(codeOf(await signIn(email, WRONG))).toEqual([401, 'INVALID_EMAIL_OR_PASSWORD']);
    expect(codeOf(await aStranger(gatehouse).post('/api/auth/login', { email, password: PASSWORD }))).toEqual(
      [403, 'BANNED_USER'],
    );
    expect(
      await gatehouse.database.query(
        'select 1 from sessions join users u on u.id = user_id where u.email = $1',
        [email],
      ),
    ).toEqual([]);
  });

  test('a ban ends at ban_expires, and the answer hides its reason', async () => {
    const { email } = await aLegacyUser(gatehouse.database, {
      email: 'back@example.com',
      hash: await bcrypt.hash(PASSWORD, 10),
      banned: true,
    });
    const until = (time: string) =>
      gatehouse.database.query(
        `update users set ban_reason = 'a secret reason', ban_expires = ${time} where email = $1`,
        [email],
      );
    await until("now() + interval '1 day'");
    const refused = await signIn(email, PASSWORD);
    expect(codeOf(refused)).toEqual([403, 'BANNED_USER']);
    expect(refused.text).not.toContain('a secret reason');
    await until("now() - interval '1 second'");
    expect((await signIn(email, PASSWORD)).status).toBe(200);
  });

  test('two users whose e-mails differ only in case each sign in with their own password', async () => {
    const database = gatehouse.database;
    const lower = await aLegacyUser(database, {
      email: 'twin@example.com',
      hash: await bcrypt.hash('the first one', 10),
    });
    const upper = await aLegacyUser(database, {
      email: 'Twin@Example.com',
      hash: await bcrypt.hash('the second one', 10),
    });
    for (const email of ['twin@example.com', 'Twin@Example.com', 'TWIN@EXAMPLE.COM']) {
      expect(idOf(await signIn(email, 'the first one'))).toBe(lower.id);
      expect(idOf(await signIn(email, 'the second one'))).toBe(upper.id);
      expect(codeOf(await signIn(email, 'neither of them'))[0]).toBe(401);
    }
  });

  test('if both also have the same password, the spelling of the e-mail decides', async () => {
    const hash = await bcrypt.hash(PASSWORD, 10);
    const lower = await aLegacyUser(gatehouse.database, { email: 'same@example.com', hash });
    const upper = await aLegacyUser(gatehouse.database, { email: 'Same@Example.com', hash });
    expect(idOf(await signIn('same@example.com', PASSWORD))).toBe(lower.id);
    expect(idOf(await signIn('Same@Example.com', PASSWORD))).toBe(upper.id);
  });

  test.each([
    '',
    '!',
    'plain text password',
    '$2b$10$short',
    '$argon2id$v=19$m=65536',
    '$2b$99$' + 'a'.repeat(53),
    ':',
  ])('a hash in an unknown format refuses every password with 401: %j', async (hash) => {
    const { email } = await aLegacyUser(gatehouse.database, { email: aPerson().email, hash });
    for (const password of [PASSWORD, hash || 'x']) expect((await signIn(email, password)).status).toBe(401);
  });
});

describe('the hash after a sign-in', () => {
  const django = `pbkdf2_sha256$1000$salt$${pbkdf2Sync(PASSWORD, 'salt', 1000, 32, 'sha256').toString('base64')}`;
  const cheap = { memoryCost: 4096, timeCost: 2, parallelism: 1 };

  test.each<[string, () => Promise<string>]>([
    ['bcrypt of a lower cost', () => bcrypt.hash(PASSWORD, 5)],
    [
      'bcrypt of a lower cost, as PHP writes it',
      async () => (await bcrypt.hash(PASSWORD, 5)).replace('$2b$', '$2y$'),
    ],
    ['Better Auth’s own scrypt', () => hashAsBetterAuth(PASSWORD)],
    ['argon2id', () => argon2.hash(PASSWORD, { type: argon2.argon2id, ...cheap })],
    ['argon2i', () => argon2.hash(PASSWORD, { type: argon2.argon2i, ...cheap })],
    ['Django’s PBKDF2', () => Promise.resolve(django)],
  ])('%s is replaced, and the password stays the same', async (_, make) => {
    const user = await aLegacyUser(gatehouse.database, { email: aPerson().email, hash: await make() });
    const before = await hashOf(user);
    expect((await signIn(user.email, WRONG)).status).toBe(401);
    expect(await hashOf(user)).toBe(before);
    expect((await signIn(user.email, PASSWORD)).status).toBe(200);
    const after = await hashOf(user);
    expect(after).toMatch(/^\$2b\$10\$/);
    expect(await hashesDuring(gatehouse, () => signIn(user.email, PASSWORD))).toBe(1);
    expect(await hashOf(user)).toBe(after);
    expect((await signIn(user.email, WRONG)).status).toBe(401);
  });

  test('the hash of a banned user stays, because the sign-in is refused', async () => {
    const hash = await bcrypt.hash(PASSWORD, 5);
    const user = await aLegacyUser(gatehouse.database, { email: aPerson().email, hash, banned: true });
    expect((await signIn(user.email, PASSWORD)).json()).toMatchObject({ code: 'BANNED_USER' });
    expect(await hashOf(user)).toBe(hash);
  });

  test('a hash with a higher cost than configured stays', async () => {
    const hash = await bcrypt.hash(PASSWORD, 11);
    const user = await aLegacyUser(gatehouse.database, { email: aPerson().email, hash });
    expect((await signIn(user.email, PASSWORD)).status).toBe(200);
    expect(await hashOf(user)).toBe(hash);
  });

  test('a sign-in fails if its password is replaced in the meantime, and overwrites nothing', async () => {
    const user = await aLegacyUser(gatehouse.database, {
      email: aPerson().email,
      hash: await bcrypt.hash(PASSWORD, 5),
    });
    const changed = await bcrypt.hash('a new password', 10);
    // The sign-in has verified the old hash. It waits for the row lock to compare the hash again.
    const answer = await meetingAtLock(
      gatehouse.database,
      {
        statement: 'update accounts set password = $1 where user_id = $2',
        values: [changed, user.id],
        waiting: 1,
      },
      () => signIn(user.email, PASSWORD),
    );
    expect(answer.status).toBe(401);
    expect(await hashOf(user)).toBe(changed);
    expect((await signIn(user.email, PASSWORD)).status).toBe(401);
    expect((await signIn(user.email, 'a new password')).status).toBe(200);
  });
});
