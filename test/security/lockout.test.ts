import { randomUUID } from 'node:crypto';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { mailsTo, mailTo } from '../setup/mails.js';
import { hashesDuring } from '../setup/metrics.js';
import { aMember, aPerson, aStranger, type Member } from '../setup/people.js';
import type { Answer } from '../setup/browser-like-client.js';

const WRONG = 'not the password';
const LOCKOUT = { LOCKOUT_ENABLED: 'true', LOCKOUT_AFTER: '3' };
const REFUSAL = { message: 'Too many requests. Please try again later.' };

let database: TestDatabase;
/** Two instances on one database. */
let gatehouse: Gatehouse;
let other: Gatehouse;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  gatehouse = await startGatehouse(LOCKOUT, database);
  other = await startGatehouse(LOCKOUT, database);
});

afterAll(async () => {
  await gatehouse.stop();
  await other.stop();
  await database.drop();
});

let networks = 0;
/** The address of a client in a network that no other test uses. */
const anAddress = () => `10.${Math.floor(++networks / 250)}.${networks % 250}.7`;
const from = (address: string) => ({ 'x-forwarded-for': address });

const signIn = (
  email: string,
  password: string,
  address: string,
  server = gatehouse,
  path = 'sign-in/email',
) => aStranger(server).post(`/api/auth/${path}`, { email, password }, from(address));

const statusesOf = async (count: number, send: () => Promise<Answer>) => {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) statuses.push((await send()).status);
  return statuses;
};

/** A member who signed up from a network of their own but has not signed in with the password yet. */
async function ada(): Promise<Member> {
  return aMember(gatehouse, { email: `${randomUUID()}@example.com` });
}

/** Lets the time of all locks pass. */
const waitingIsOver = () =>
  database.query("update gatehouse.password_guesses set locked_until = now() - interval '1 second'");

test('after some wrong passwords, answers 429 to the right one too, and hashes nothing', async () => {
  const { email, password } = await ada();
  const address = anAddress();
  expect(await statusesOf(3, () => signIn(email, WRONG, address))).toEqual([401, 401, 401]);
  let refused: Answer | undefined;
  const hashes = await hashesDuring(gatehouse, async () => {
    refused = await signIn(email, password, address);
  });
  expect(hashes).toBe(0);
  expect([refused?.status, refused?.json()]).toEqual([429, REFUSAL]);
  const wait = Number(refused?.headers['retry-after']);
  expect(wait).toBeGreaterThan(25);
  expect(wait).toBeLessThanOrEqual(30);
  expect(refused?.headers['x-retry-after']).toBe(String(wait));
});

test('the other instance refuses too, and so does login', async () => {
  const { email, password } = await ada();
  const address = anAddress();
  const answers = [
    await signIn(email, WRONG, address),
    await signIn(email, WRONG, address, other),
    await signIn(email, WRONG, address, gatehouse, 'login'),
    await signIn(email, password, address, other, 'login'),
  ];
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429]);
});

test('each further wrong password doubles the wait', async () => {
  const { email } = await ada();
  const address = anAddress();
  await statusesOf(3, () => signIn(email, WRONG, address));
  const waits: number[] = [];
  for (let index = 0; index < 3; index += 1) {
    waits.push(Number((await signIn(email, WRONG, address)).headers['retry-after']));
    await waitingIsOver();
    expect((await signIn(email, WRONG, address)).status).toBe(401);
  }
  expect(waits.map((wait) => Math.round(wait / 10) * 10)).toEqual([30, 60, 120]);
});

test('an address without an account gets the same answers', async () => {
  const known = await ada();
  const seen = await Promise.all(
    [known.email, `${randomUUID()}@example.com`].map(async (email) => {
      const address = anAddress();
      const answers: unknown[] = [];
      for (let index = 0; index < 5; index += 1) {
        const { status, text, headers } = await signIn(email, WRONG, address);
        answers.push([status, text, Object.keys(headers).toSorted()]);
      }
      return answers;
    }),
  );
  expect(seen[0]).toEqual(seen[1]);
  expect(seen[0]?.map((answer) => (answer as [number])[0])).toEqual([401, 401, 401, 429, 429]);
});

test('another network can sign in, also one that is new', async () => {
  const { email, password } = await ada();
  const guesser = anAddress();
  await statusesOf(4, () => signIn(email, WRONG, guesser));
  expect((await signIn(email, password, guesser)).status).toBe(429);
  expect((await signIn(email, password, anAddress())).status).toBe(200);
});

test('neighbours in one network share a count', async () => {
  const { email } = await ada();
  const statuses: number[] = [];
  for (const last of [1, 2, 3, 4]) {
    statuses.push((await signIn(email, WRONG, `192.0.2.${last}`)).status);
  }
  expect(statuses).toEqual([401, 401, 401, 429]);
});

test('the right password forgets the wrong ones', async () => {
  const { email, password } = await ada();
  const address = anAddress();
  for (let round = 0; round < 2; round += 1) {
    expect(await statusesOf(2, () => signIn(email, WRONG, address))).toEqual([401, 401]);
    expect((await signIn(email, password, address)).status).toBe(200);
  }
});

test('parallel guesses do not get past the count', async () => {
  const { email } = await ada();
  const address = anAddress();
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => signIn(email, WRONG, address, index % 2 ? gatehouse : other)),
  );
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(3);
});

describe('guesses from many networks', () => {
  /** Guesses as often as all networks together may. */
  const attack = async (email: string) => {
    let status = 401;
    for (let guesses = 0; guesses < 40 && status === 401; guesses += 1) {
      ({ status } = await signIn(email, WRONG, anAddress(), guesses % 2 ? gatehouse : other));
    }
    return status;
  };

  test('are refused in every network but those where the owner has signed in', async () => {
    const { email, password } = await ada();
    const home = anAddress();
    expect((await signIn(email, password, home)).status).toBe(200);
    expect(await attack(email)).toBe(429);
    expect((await signIn(email, password, anAddress())).status).toBe(429);
    expect((await signIn(email, password, home)).status).toBe(200);
  });

  test('a reset password opens the network of the one who reset it', async () => {
    const { email } = await ada();
    expect(await attack(email)).toBe(429);
    const address = anAddress();
    await aStranger(gatehouse).post('/api/auth/request-password-reset', { email }, from(address));
    await gatehouse.told(`mail reset-password to ${email}`);
    const { token } = mailsTo(gatehouse, email).find(({ kind }) => kind === 'reset-password')!;
    const password = 'another correct horse';
    const reset = { newPassword: password, token };
    expect((await aStranger(gatehouse).post('/api/auth/reset-password', reset, from(address))).status).toBe(
      200,
    );
    expect((await signIn(email, password, address)).status).toBe(200);
  });
});

test.each([
  ['verify-password', (password: string) => ({ password }), 400],
  [
    'change-password',
    (currentPassword: string) => ({ currentPassword, newPassword: 'a new good password' }),
    400,
  ],
  ['delete-user', (password: string) => ({ password }), 400],
])('%s refuses after too many wrong passwords', async (path, bodyOf, status) => {
  const server = await startGatehouse({ ...LOCKOUT, USER_DELETE_USER_ENABLED: 'true' }, database);
  try {
    const { client, password } = await ada();
    const address = anAddress();
    const cookies = { ...from(address), origin: server.origin };
    const session = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const send = (given: string) =>
      aStranger(server).post(`/api/auth/${path}`, bodyOf(given), { ...cookies, cookie: session });
    expect(await statusesOf(3, () => send(WRONG))).toEqual([status, status, status]);
    const refused = await send(password);
    expect([refused.status, refused.json()]).toEqual([429, REFUSAL]);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  } finally {
    await server.stop();
  }
});

test('the owner gets one mail, and nobody else does', async () => {
  const { email } = await ada();
  const stranger = aPerson({ email: `${randomUUID()}@example.com` });
  for (const address of [anAddress(), anAddress()]) {
    await statusesOf(4, () => signIn(email, WRONG, address));
    await statusesOf(4, () => signIn(stranger.email, WRONG, address));
  }
  await mailTo(gatehouse, email);
  expect(mailsTo(gatehouse, email).map(({ kind }) => kind)).toEqual(['guessed-passwords']);
  expect(mailsTo(gatehouse, stranger.email)).toEqual([]);
});

test('the table names neither addresses nor networks', async () => {
  const { email } = await ada();
  const address = anAddress();
  await signIn(email, WRONG, address);
  const text = JSON.stringify(await database.query('select * from gatehouse.password_guesses'));
  expect(text).not.toContain(email);
  expect(text).not.toContain(address.slice(0, address.lastIndexOf('.')));
});

test('a refusal of the hash queue counts as no guess', async () => {
  const small = { PASSWORD_HASH_CONCURRENCY: '1', PASSWORD_HASH_QUEUE: '0' };
  const server = await startGatehouse({ ...LOCKOUT, ...small }, database);
  try {
    const { email, password } = await ada();
    const address = anAddress();
    const answers = await Promise.all(Array.from({ length: 3 }, () => signIn(email, WRONG, address, server)));
    expect(answers.map(({ status }) => status)).toContain(503);
    expect((await signIn(email, password, address, server)).status).toBe(200);
  } finally {
    await server.stop();
  }
});

test.each<[string, Record<string, string>, number]>([
  ['by default', {}, 401],
  ['with SECURITY_PROFILE=strict', { SECURITY_PROFILE: 'strict' }, 429],
  ['without tracking of addresses', { ...LOCKOUT, ADVANCED_IP_ADDRESS_DISABLE_IP_TRACKING: 'true' }, 401],
])('whether the sixth wrong password is refused: %s', async (_, settings, status) => {
  const server = await startGatehouse(settings, database);
  try {
    const { email } = await ada();
    const statuses = await statusesOf(6, () =>
      signIn(email, WRONG, anAddress().replace(/\d+\.7$/, '200.7'), server),
    );
    expect(statuses).toEqual([401, 401, 401, 401, 401, status]);
  } finally {
    await server.stop();
  }
});
