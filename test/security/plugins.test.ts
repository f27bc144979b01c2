import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { mailTo } from '../setup/mails.js';
import { hashesDuring } from '../setup/metrics.js';
import { migrate } from '../setup/migrate.js';
import { aMember, aPerson, aStranger, onAnotherDevice, type Member } from '../setup/people.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36';
const SETTINGS = {
  PLUGINS: 'two-factor,username,magic-link,email-otp,passkey,phone-number',
  OWNER_NOTICES: 'true',
  SESSION_MAX_PER_USER: '2',
};

let database: TestDatabase;
let gatehouse: Gatehouse;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  await migrate(database, SETTINGS);
  gatehouse = await startGatehouse(SETTINGS, database);
});

afterAll(async () => {
  await gatehouse.stop();
  await database.drop();
});

/** The kinds of mails that this address has got. */
const kindsTo = (address: string) =>
  [...gatehouse.log().matchAll(/mail ([\w-]+) to ([^\s:]+):/g)]
    .filter(([, , to]) => to === address)
    .map(([, kind]) => kind);

/** The log line of a mail may come after the answer. Waits for the line of a later request. */
async function settled(): Promise<void> {
  const { headers } = await aStranger(gatehouse).get('/api/auth/ok');
  await gatehouse.told(String(headers['x-request-id']));
}

const signInByName = (username: string, password: string, userAgent: string) =>
  aStranger(gatehouse).post(
    '/api/auth/sign-in/username',
    { username, password },
    { 'user-agent': userAgent },
  );

/** Signs up with a user name. */
async function aNamedPerson() {
  const person = aPerson();
  const username = person.email.replaceAll(/\W/g, '_').slice(0, 30);
  const body = { ...person, username };
  await aStranger(gatehouse).post('/api/auth/sign-up/email', body, { 'user-agent': FIREFOX });
  return { ...person, username };
}

test('the owner gets a mail when the second factor is switched on and off, and none if that fails', async () => {
  const ada = await aMember(gatehouse);
  const post = (path: string, body: object) => ada.client.post(`/api/auth/two-factor/${path}`, body);
  expect((await post('enable', { password: 'a wrong password', method: 'otp' })).status).toBe(400);
  await settled();
  expect(kindsTo(ada.email)).toEqual([]);
  expect((await post('enable', { password: ada.password, method: 'otp' })).status).toBe(200);
  await gatehouse.told(`mail second-factor-added to ${ada.email}`);
  expect((await post('disable', { password: ada.password })).status).toBe(200);
  await gatehouse.told(`mail second-factor-removed to ${ada.email}`);
  await settled();
  expect(kindsTo(ada.email)).toEqual(['second-factor-added', 'second-factor-removed']);
});

test('the owner gets a mail about new backup codes and about a removed passkey', async () => {
  const ada = await aMember(gatehouse);
  const post = (path: string, body: object) => ada.client.post(`/api/auth/${path}`, body);
  expect((await post('two-factor/enable', { password: ada.password })).status).toBe(200);
  await database.query('update users set two_factor_enabled = true where id = $1', [ada.id]);
  const { status } = await post('two-factor/generate-backup-codes', { password: ada.password });
  expect(status).toBe(200);
  await gatehouse.told(`mail backup-codes-replaced to ${ada.email}`);
  await database.query(
    `insert into passkeys (id, name, public_key, user_id, credential_id, counter, device_type, backed_up)
     values ('key', 'key', 'key', $1, 'key', 0, 'singleDevice', false)`,
    [ada.id],
  );
  expect((await post('passkey/delete-passkey', { id: 'another' })).status).not.toBe(200);
  expect((await post('passkey/delete-passkey', { id: 'key' })).status).toBe(200);
  await gatehouse.told(`mail passkey-removed to ${ada.email}`);
  await settled();
  expect(kindsTo(ada.email)).toEqual(['backup-codes-replaced', 'passkey-removed']);
});

test('the owner gets a mail when a new device signs in through a plugin, and only then', async () => {
  const { email, username, password } = await aNamedPerson();
  expect((await signInByName(username, password, FIREFOX)).status).toBe(200);
  await settled();
  expect(kindsTo(email)).toEqual([]);
  expect((await signInByName(username, password, CHROME)).status).toBe(200);
  await settled();
  expect(kindsTo(email)).toEqual(['new-device']);
});

test('a sign-in with a second factor causes one mail about a new device', async () => {
  const person = aPerson();
  const { email, password } = person;
  const first = new BrowserLikeClient(gatehouse.origin);
  await first.post('/api/auth/sign-up/email', person, { 'user-agent': FIREFOX });
  const enabled = await first.post('/api/auth/two-factor/enable', { password, method: 'otp' });
  expect(enabled.status).toBe(200);
  const second = new BrowserLikeClient(gatehouse.origin);
  const post = (path: string, body: object) =>
    second.post(`/api/auth/${path}`, body, { 'user-agent': CHROME });
  expect((await post('sign-in/email', { email, password })).json()).toMatchObject({
    twoFactorRedirect: true,
  });
  expect((await post('two-factor/send-otp', {})).status).toBe(200);
  await gatehouse.told(`mail code-second-factor to ${email}`);
  const [, code] = new RegExp(`mail code-second-factor to ${email}: (\\d+)`).exec(gatehouse.log()) ?? [];
  expect((await post('two-factor/verify-otp', { code })).status).toBe(200);
  await settled();
  expect(kindsTo(email).filter((kind) => kind === 'new-device')).toHaveLength(1);
});

test('sessions that a plugin begins count for the most sessions of a user', async () => {
  const { email, username, password } = await aNamedPerson();
  for (let count = 0; count < 3; count += 1) await signInByName(username, password, FIREFOX);
  const sessions = 'select 1 from sessions where user_id = (select id from users where email = $1)';
  expect(await database.query(sessions, [email])).toHaveLength(2);
});

describe('a refused sign-in with a plugin costs one hash', () => {
  const numbered = async (phoneNumber: string, change: string) => {
    const { id } = await aMember(gatehouse);
    await database.query('update users set phone_number = $2, username = $3 where id = $1', [
      id,
      phoneNumber,
      `name_${phoneNumber}`,
    ]);
    if (change !== '') await database.query(change, [id]);
  };
  const PEOPLE: readonly [string, string, string][] = [
    ['a wrong password', '100001', ''],
    ['a user without a password', '100002', 'update accounts set password = null where user_id = $1'],
    ['a user without an account', '100003', 'delete from accounts where user_id = $1'],
    ['nobody', '100004', 'delete from users where id = $1'],
  ];

  test.each(PEOPLE)('%s', async (_, number, change) => {
    await numbered(number, change);
    const password = 'not the password';
    for (const [path, name] of [
      ['phone-number', { phoneNumber: number }],
      ['username', { username: `name_${number}` }],
    ] as const) {
      const hashes = await hashesDuring(gatehouse, async () => {
        const body = { ...name, password };
        const { status } = await aStranger(gatehouse).post(`/api/auth/sign-in/${path}`, body);
        expect(status).toBe(401);
      });
      expect([path, hashes]).toEqual([path, 1]);
    }
  });
});

describe('when the owner of an address with which somebody else signed up', () => {
  const post = (path: string, body: object) => aStranger(gatehouse).post(`/api/auth/${path}`, body);

  const PROOFS: readonly [string, (email: string) => Promise<Answer>][] = [
    [
      'opens a magic link',
      async (email) => {
        await post('sign-in/magic-link', { email });
        return aStranger(gatehouse).get((await mailTo(gatehouse, email)).path);
      },
    ],
    [
      'signs in with a mailed code',
      async (email) => {
        await post('email-otp/send-verification-otp', { email, type: 'sign-in' });
        await gatehouse.told(`mail code-sign-in to ${email}`);
        const [, otp] = new RegExp(`mail code-sign-in to ${email}: (\\d+)`).exec(gatehouse.log()) ?? [];
        return post('sign-in/email-otp', { email, otp });
      },
    ],
  ];

  const isSignedIn = async ({ client }: Pick<Member, 'client'>) =>
    (await client.get('/api/auth/get-session')).text !== 'null';

  test.each(PROOFS)('%s, the password and the sessions of the other are gone', async (_, prove) => {
    const attacker = await aMember(gatehouse);
    const elsewhere = await onAnotherDevice(gatehouse, attacker);
    const { email, password } = attacker;
    expect((await prove(email)).status).toBeLessThan(400);
    expect((await post('sign-in/email', { email, password })).status).toBe(401);
    expect([await isSignedIn(attacker), await isSignedIn(elsewhere)]).toEqual([false, false]);
  });
});
