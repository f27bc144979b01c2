import argon2 from 'argon2';
import bcrypt from 'bcrypt';
import { randomUUID } from 'node:crypto';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aLegacyUser } from '../setup/legacy-users.js';
import { hashesDuring, metric } from '../setup/metrics.js';
import { aMember, aStranger, type Member } from '../setup/people.js';
import { hashPassword } from '../../src/crypto/password/password-hasher.js';

/** The rounds of a hash with the cost of the test servers. */
const ROUNDS = 2 ** 10;
const WRONG = 'not the password';

let gatehouse: Gatehouse;
/** Sign-ups do not sign in, so their answer hides whether the e-mail is taken. */
let hiding: Gatehouse;
let ada: Member;

beforeAll(async () => {
  gatehouse = await startGatehouse({ USER_CHANGE_EMAIL_ENABLED: 'true' });
  hiding = await startGatehouse({ EMAIL_AND_PASSWORD_AUTO_SIGN_IN: 'false' }, gatehouse.database);
  ada = await aMember(gatehouse, { email: 'known@example.com' });
});

afterAll(async () => {
  await hiding.stop();
  await gatehouse.stop();
});

const signIn = (email: string, password = WRONG) =>
  aStranger(gatehouse).post('/api/auth/sign-in/email', { email, password });

/** Refuses a sign-in. Returns how many hashes that took, and their rounds. */
async function costOf(email: string): Promise<[hashes: number, rounds: number]> {
  const before = await metric(gatehouse, 'gatehouse_password_rounds_total');
  const hashes = await hashesDuring(gatehouse, async () => {
    expect((await signIn(email)).status).toBe(401);
  });
  return [hashes, (await metric(gatehouse, 'gatehouse_password_rounds_total')) - before];
}

const legacyUser = async (hash: string | null, banned = false) =>
  (await aLegacyUser(gatehouse.database, { email: `${randomUUID()}@example.com`, hash, banned })).email;

describe('a refused sign-in costs one hash of the same rounds', () => {
  test.each<[string, () => Promise<string>]>([
    ['nobody', async () => 'nobody@example.com'],
    ['a new user', async () => ada.email],
    ['a user without a password', () => legacyUser(null)],
    ['a user with an empty password', () => legacyUser('')],
    ['a hash in an unknown format', () => legacyUser('!')],
    ['a hash of a lower cost', async () => legacyUser(await bcrypt.hash('a', 4))],
    ['a hash of a cost one below', async () => legacyUser(await bcrypt.hash('a', 9))],
    ['a banned user', async () => legacyUser(await bcrypt.hash('a', 10), true)],
    ['a banned user with a cheap hash', async () => legacyUser(await bcrypt.hash('a', 4), true)],
  ])('%s', async (_, make) => {
    expect(await costOf(await make())).toEqual([1, ROUNDS]);
  });

  test('a hash of another format, whose own cost is measured', async () => {
    const cheap = { memoryCost: 1024, timeCost: 2, parallelism: 1 };
    const [hashes, rounds] = await costOf(await legacyUser(await argon2.hash('a', cheap)));
    expect(hashes).toBe(1);
    expect(Math.abs(rounds - ROUNDS)).toBeLessThanOrEqual(2 ** 4);
  });
});

test('if a costlier hash is stored, the refusal for others takes as long, from the first one on', async () => {
  const costly = await legacyUser(await bcrypt.hash('a', 13));
  const server = await startGatehouse({}, gatehouse.database);
  try {
    const timed = async (email: string) => {
      const start = performance.now();
      const body = { email, password: WRONG };
      expect((await aStranger(server).post('/api/auth/sign-in/email', body)).status).toBe(401);
      return performance.now() - start;
    };
    // The server learns what is stored after its start.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const nobody = await timed('nobody@example.com');
    const known = await timed(costly);
    // Without the pause, an eighth. Other programs may slow one of the two.
    expect(nobody / known).toBeGreaterThan(0.35);
  } finally {
    await server.stop();
    await gatehouse.database.query('delete from users where email = $1', [costly]);
  }
});

const ODD = ['\0', '\ud800', '\udfff', '\u200b', '\n', '\ufeff', 'é'];

describe('input that PostgreSQL or URLs cannot hold', () => {
  const signsUp = (server: () => Gatehouse, path: string) => (body: object) =>
    aStranger(server()).post(`/api/auth/${path}`, {
      name: 'Ada',
      password: 'correct horse battery',
      ...body,
    });
  const sends =
    (path: string, rest: object = {}) =>
    (body: object) =>
      aStranger(gatehouse).post(`/api/auth/${path}`, { ...rest, ...body });
  const routes: [
    string,
    'email' | 'newEmail',
    (body: object) => Promise<{ status: number; text: string }>,
  ][] = [
    ['sign-in/email', 'email', sends('sign-in/email', { password: WRONG })],
    ['login', 'email', sends('login', { password: WRONG })],
    ['sign-up/email', 'email', signsUp(() => hiding, 'sign-up/email')],
    ['register', 'email', signsUp(() => hiding, 'register')],
    ['request-password-reset', 'email', sends('request-password-reset')],
    ['send-verification-email', 'email', sends('send-verification-email')],
    ['change-email', 'newEmail', (body) => ada.client.post('/api/auth/change-email', body)],
  ];

  /** What differs between two answers of the same kind. */
  const plain = (text: string) =>
    text.replaceAll(/"(id|createdAt|updatedAt|email|name)":"[^"]*"/g, '"$1":""');

  test.each(routes)('%s answers to odd addresses as to any that is malformed', async (_, field, send) => {
    const malformed = await send({ [field]: 'ada' });
    expect(malformed.status).toBe(400);
    for (const odd of ODD) {
      for (const address of [`${ada.email}${odd}`, `${odd}${ada.email}`, `known${odd}@example.com`]) {
        const { status, text } = await send({ [field]: address });
        expect([JSON.stringify(address), status, text]).toEqual([
          JSON.stringify(address),
          400,
          malformed.text,
        ]);
      }
    }
  });

  test.each(routes)('%s answers to odd other fields as for an unknown address', async (_, field, send) => {
    const owned = field === 'newEmail' ? (await aMember(gatehouse)).email : ada.email;
    for (const odd of ['\0', '\ud800']) {
      for (const other of ['callbackURL', 'redirectTo', 'password', 'name', 'image']) {
        const value =
          other.endsWith('URL') || other === 'redirectTo' ? `/welcome${odd}` : `odd value ${odd} here`;
        const known = await send({ [field]: owned, [other]: value });
        const unknown = await send({ [field]: `${randomUUID()}@example.com`, [other]: value });
        const step = `${other} ${JSON.stringify(odd)}`;
        expect([step, known.status, plain(known.text)]).toEqual([step, unknown.status, plain(unknown.text)]);
        expect([step, known.status < 500]).toEqual([step, true]);
      }
    }
  });
});

test('requests that mail take a while, for unknown addresses too', async () => {
  const timed = async (path: string, body: object, client = aStranger(gatehouse)) => {
    const start = performance.now();
    expect((await client.post(`/api/auth/${path}`, body)).status).toBe(200);
    return performance.now() - start;
  };
  const { client, email } = await aMember(gatehouse);
  for (const address of [email, `${randomUUID()}@example.com`]) {
    expect(await timed('request-password-reset', { email: address })).toBeGreaterThanOrEqual(199);
    expect(await timed('send-verification-email', { email: address })).toBeGreaterThanOrEqual(199);
  }
  for (const newEmail of [ada.email, `${randomUUID()}@example.com`]) {
    expect(await timed('change-email', { newEmail }, client)).toBeGreaterThanOrEqual(199);
  }
});

test('neither metrics nor log name an address, also after refusals', async () => {
  await signIn(ada.email);
  await signIn('nobody@example.com');
  const { text } = await aStranger(gatehouse).get('/metrics');
  expect(text).not.toMatch(/@|example\.com|known|nobody/);
  const lines = gatehouse
    .log()
    .split('\n')
    .filter((line) => !line.includes('"msg":"mail '));
  expect(lines.join('\n')).not.toMatch(/known@|nobody@/);
});

test('a scrypt hash of Better Auth costs about as much, and a right password still signs in', async () => {
  const email = await legacyUser(await hashPassword('the right one', { hash: 'scrypt', bcryptCost: 10 }));
  expect((await signIn(email)).status).toBe(401);
  expect((await signIn(email, 'the right one')).status).toBe(200);
});
