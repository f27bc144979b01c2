import bcrypt from 'bcrypt';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import type { TestDatabase } from '../setup/database.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { startLegacyApplication } from '../setup/legacy-application.js';
import { startOracle, type Oracle } from '../oracle/oracle.js';
import { aMigratedFastapi, passwordsOf, type Pristine } from './support.js';

const PASSWORD = 'correct horse battery';
const NEW = 'battery staple correct';

let pristine: Pristine;
let database: TestDatabase;
let gatehouse: Gatehouse;
let argon: Gatehouse;
let oracle: Oracle;
let scrypt: Oracle;

beforeAll(async () => {
  pristine = await aMigratedFastapi(18);
  database = await pristine.copy('both');
  [gatehouse, argon, oracle, scrypt] = await Promise.all([
    startGatehouse({}, database),
    startGatehouse({ PASSWORD_HASH: 'argon2id' }, database),
    startOracle(database),
    startOracle(database, { password: 'scrypt' }),
  ]);
});

afterAll(async () => {
  await Promise.all([gatehouse.stop(), argon.stop(), oracle.stop(), scrypt.stop()]);
  await database.drop();
  await pristine.drop();
});

/** True if the old application, which knows only bcrypt, accepts the password. */
async function letsIn(email: string, password: string): Promise<boolean> {
  const { legacy } = await passwordsOf(database, email);
  return legacy !== null && (await bcrypt.compare(password, legacy));
}

type Server = Pick<Gatehouse, 'origin'>;

async function signUp(server: Server, email: string, password = PASSWORD): Promise<BrowserLikeClient> {
  const client = new BrowserLikeClient(server.origin);
  const answer = await client.post('/api/auth/sign-up/email', { name: 'Ada', email, password });
  if (answer.status !== 200) throw new Error(answer.text);
  return client;
}

const signIn = (server: Server, email: string, password: string) =>
  new BrowserLikeClient(server.origin).post('/api/auth/sign-in/email', { email, password });

async function changePassword(client: BrowserLikeClient, newPassword: string): Promise<void> {
  const body = { currentPassword: PASSWORD, newPassword };
  const answer = await client.post('/api/auth/change-password', body);
  if (answer.status !== 200) throw new Error(answer.text);
}

describe('the legacy application accepts', () => {
  test.each([
    ['Gatehouse', () => gatehouse],
    ['Better Auth', () => oracle],
  ])('users who signed up with %s, and their new password after a change', async (name, server) => {
    const email = `${name.replace(' ', '.')}.new@example.com`.toLowerCase();
    const client = await signUp(server(), email);
    expect(await letsIn(email, PASSWORD)).toBe(true);
    await changePassword(client, NEW);
    expect(await letsIn(email, PASSWORD)).toBe(false);
    expect(await letsIn(email, NEW)).toBe(true);
  });

  test('users whose hash of another format was replaced at sign-in', async () => {
    expect((await signIn(gatehouse, 'user0013@example.com', 'legacy pass 13 ñ')).status).toBe(200);
    const { legacy, account } = await passwordsOf(database, 'user0013@example.com');
    expect(legacy).toBe(account);
    expect(await letsIn('user0013@example.com', 'legacy pass 13 ñ')).toBe(true);
  });

  test('the unchanged hash after a sign-in on a server whose new hashes it could not read', async () => {
    expect((await signIn(argon, 'user0002@example.com', 'legacy pass 2 ñ')).status).toBe(200);
    const { legacy, account } = await passwordsOf(database, 'user0002@example.com');
    expect(account).toBe(legacy);
    expect(await letsIn('user0002@example.com', 'legacy pass 2 ñ')).toBe(true);
  });
});

describe('the legacy application refuses the old password', () => {
  test('if the new one is longer than bcrypt reads', async () => {
    const client = await signUp(gatehouse, 'long@example.com');
    const long = 'x'.repeat(100);
    await changePassword(client, long);
    expect((await signIn(gatehouse, 'long@example.com', long)).status).toBe(200);
    for (const password of [PASSWORD, long, long.slice(0, 72)])
      expect(await letsIn('long@example.com', password)).toBe(false);
  });

  test('if the new one is hashed with argon2id', async () => {
    await changePassword(await signUp(gatehouse, 'argon@example.com').then(at(argon)), NEW);
    expect((await signIn(argon, 'argon@example.com', NEW)).status).toBe(200);
    for (const password of [PASSWORD, NEW]) expect(await letsIn('argon@example.com', password)).toBe(false);
  });

  test('if Better Auth hashes the new one with scrypt', async () => {
    const email = 'scrypt@example.com';
    const client = await signUp(scrypt, email);
    expect(await passwordsOf(database, email)).toMatchObject({ legacy: null });
    // As if the old application had stored this password.
    const known = await database.pool.connect();
    await known.query(`set gatehouse.dual_write to 'on'`);
    await known.query('update users set hashed_password = $2 where email = $1', [
      email,
      await bcrypt.hash(PASSWORD, 5),
    ]);
    known.release(true);
    await changePassword(client, NEW);
    for (const password of [PASSWORD, NEW]) expect(await letsIn(email, password)).toBe(false);
  });

  test('if the account with the password is deleted', async () => {
    const email = 'unlinked@example.com';
    await signUp(gatehouse, email);
    await database.query('delete from accounts where user_id = (select id from users where email = $1)', [
      email,
    ]);
    expect(await letsIn(email, PASSWORD)).toBe(false);
  });
});

/** The same browser at another server, which accepts the same session. */
function at(server: Server): (client: BrowserLikeClient) => BrowserLikeClient {
  return ({ cookies }) => new BrowserLikeClient(server.origin, true, cookies);
}

test('a password set in the legacy application works on both servers at once', async () => {
  const application = await startLegacyApplication(database);
  try {
    const hashed_password = await bcrypt.hash(PASSWORD, 5);
    await application.register({ id: 'old', email: 'Old@Example.com', hashed_password });
    for (const server of [oracle, gatehouse])
      expect((await signIn(server, 'old@example.com', PASSWORD)).status).toBe(200);
    await application.change('old', { hashed_password: await bcrypt.hash(NEW, 5) });
    for (const server of [oracle, gatehouse]) {
      expect((await signIn(server, 'old@example.com', PASSWORD)).status).toBe(401);
      expect((await signIn(server, 'old@example.com', NEW)).status).toBe(200);
    }
    await application.change('old', { is_active: false });
    expect((await signIn(gatehouse, 'old@example.com', NEW)).status).toBe(403);
    await application.remove('old');
    expect((await signIn(gatehouse, 'old@example.com', NEW)).status).toBe(401);
  } finally {
    await application.stop();
  }
});
