import { createInterface, type Interface } from 'node:readline';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { checkCompatibility } from '../../src/compat/compatibility.js';
import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import { sessionOf, signIn, signUp } from '../coexistence/two-servers.js';
import { planOf, startOracle } from '../oracle/oracle.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { catalogue, digest, migrate, revert, withTables } from './support.js';

type Row = Readonly<Record<string, unknown>>;

let database: TestDatabase;
let legacy: ChildProcess;
let lines: Interface;
let gatehouse: Gatehouse;
let before: string[];
let ada: Row;

/** Calls a method of the Auth.js adapter in the old application. */
async function adapter<Value = Row>(method: string, argument: unknown): Promise<Value> {
  legacy.stdin?.write(`${JSON.stringify({ method, argument })}\n`);
  const [line] = (await once(lines, 'line')) as [string];
  const { value, error } = JSON.parse(line) as { value: Value; error?: string };
  if (error) throw new Error(error);
  return value;
}

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000);
const withToken = (token: string) => ({ authorization: `Bearer ${token}` });

beforeAll(async () => {
  database = await createDatabase();
  legacy = spawn(process.execPath, ['test/legacy/auth-js-app.mjs', 'synchronize'], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', DATABASE_URL: database.url },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (!legacy.stdout) throw new Error('no output');
  lines = createInterface(legacy.stdout);
  await once(lines, 'line');
  const person = {
    email: 'Ada@Example.com',
    name: 'Ada',
    emailVerified: new Date('2026-01-02T03:04:05.678Z'),
  };
  ada = await adapter('createUser', { ...person, image: null });
  await adapter('linkAccount', {
    userId: ada['id'],
    type: 'oauth',
    provider: 'github',
    providerAccountId: '42',
    access_token: 'at',
    expires_at: 1_800_000_000,
    token_type: 'bearer',
    scope: 'read:user',
  });
  await adapter('createSession', { sessionToken: 'token-of-ada', userId: ada['id'], expires: inHours(240) });
  before = await catalogue(database);
  await migrate(database);
  gatehouse = await startGatehouse({}, database);
});

afterAll(async () => {
  legacy?.kill();
  await gatehouse?.stop();
  await database?.drop();
});

describe('the tables of an Auth.js application with the TypeORM adapter', () => {
  it('keep their rows in our columns', async () => {
    const [user] = await database.query(
      'select id::text, email, email_verified, is_email_verified from users',
    );
    expect(user).toEqual({
      id: ada['id'],
      email: 'ada@example.com',
      email_verified: new Date('2026-01-02T03:04:05.678Z'),
      is_email_verified: true,
    });
    const [account] = await database.query(
      'select user_id::text, provider_id, provider_user_id, access_token, access_token_expires_at as at from accounts',
    );
    expect(account).toEqual({
      user_id: ada['id'],
      provider_id: 'github',
      provider_user_id: '42',
      access_token: 'at',
      at: new Date(1_800_000_000_000),
    });
  });

  it('keep users signed in, because Gatehouse accepts their session tokens', async () => {
    const client = new BrowserLikeClient(gatehouse.origin);
    const answer = await client.get('/api/auth/get-session', withToken('token-of-ada'));
    expect(answer.json()).toMatchObject({
      user: { id: ada['id'], email: 'ada@example.com', emailVerified: true },
      session: { token: 'token-of-ada', userId: ada['id'] },
    });
    const accounts = await client.get('/api/auth/list-accounts', withToken('token-of-ada'));
    expect(accounts.json()).toMatchObject([{ providerId: 'github', accountId: '42' }]);
  });

  it('are compatible with Better Auth', async () => {
    const { findings } = await withTables(database.url, (dataSource) =>
      checkCompatibility(dataSource, database.url, NO_FIELDS),
    );
    expect(findings).toEqual([]);
    expect((await planOf(database)).plan).toEqual({ toBeCreated: [], toBeAdded: [] });
  });

  it('still serve the old application: users, accounts, sessions and verification tokens', async () => {
    expect(await adapter('getSessionAndUser', 'token-of-ada')).toMatchObject({ user: { id: ada['id'] } });
    expect(await adapter('getUserByAccount', { provider: 'github', providerAccountId: '42' })).toMatchObject({
      id: ada['id'],
    });
    const bob = await adapter('createUser', {
      email: 'bob@example.com',
      name: null,
      emailVerified: null,
      image: null,
    });
    await adapter('updateUser', { id: bob['id'], emailVerified: new Date('2026-03-04T05:06:07.890Z') });
    await adapter('linkAccount', {
      userId: bob['id'],
      type: 'oidc',
      provider: 'google',
      providerAccountId: '7',
    });
    await adapter('createSession', { sessionToken: 'token-of-bob', userId: bob['id'], expires: inHours(1) });
    await adapter('createVerificationToken', {
      identifier: 'bob@example.com',
      token: 't',
      expires: inHours(1),
    });
    expect(
      await adapter('useVerificationToken', { identifier: 'bob@example.com', token: 't' }),
    ).toMatchObject({
      identifier: 'bob@example.com',
    });
    const client = new BrowserLikeClient(gatehouse.origin);
    expect((await client.get('/api/auth/get-session', withToken('token-of-bob'))).json()).toMatchObject({
      user: { id: bob['id'], name: 'bob', emailVerified: true },
    });
    await adapter('deleteSession', 'token-of-bob');
    expect((await client.get('/api/auth/get-session', withToken('token-of-bob'))).json()).toBeNull();
  });

  it('show the old application users who signed up in Gatehouse, and their sessions', async () => {
    const client = new BrowserLikeClient(gatehouse.origin);
    expect((await signUp(client, 'cleo@example.com')).status).toBe(200);
    const cleo = await sessionOf(client);
    expect(cleo?.user.id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(await adapter('getSessionAndUser', cleo?.session.token)).toMatchObject({
      user: { id: cleo?.user.id, email: 'cleo@example.com', emailVerified: null },
      session: { userId: cleo?.user.id },
    });
    await database.query(`update users set is_email_verified = true where email = 'cleo@example.com'`);
    const seen = await adapter('getUserByEmail', 'cleo@example.com');
    expect(Date.now() - Date.parse(String(seen['emailVerified']))).toBeLessThan(60_000);
  });

  it('also work with the newest Better Auth if it leaves ids to the database', async () => {
    const options = { advanced: { database: { generateId: false } } };
    const newest = await startOracle(database, { options });
    try {
      const client = new BrowserLikeClient(newest.origin);
      expect((await signIn(client, 'cleo@example.com')).status).toBe(200);
      const dan = new BrowserLikeClient(newest.origin);
      expect((await signUp(dan, 'dan@example.com')).status).toBe(200);
      const session = await sessionOf(dan);
      expect(await adapter('getSessionAndUser', session?.session.token)).toMatchObject({
        user: { email: 'dan@example.com' },
      });
      expect(await sessionOf(new BrowserLikeClient(gatehouse.origin, true, dan.cookies))).toMatchObject({
        user: { id: session?.user.id },
      });
      expect(newest.log()).not.toMatch(/mismatch|error/i);
    } finally {
      await newest.stop();
    }
  });

  it('are restored by a revert, which keeps users added since', async () => {
    await gatehouse.stop();
    const people = await digest(database, `users where email <> 'ada@example.com'`, 'id, email');
    await revert(database);
    expect(await catalogue(database)).toEqual(before);
    expect(await digest(database, `users where email <> 'Ada@Example.com'`, 'id, email')).toBe(people);
    expect(await adapter('getSessionAndUser', 'token-of-ada')).toMatchObject({
      user: { id: ada['id'], email: 'Ada@Example.com', emailVerified: '2026-01-02T03:04:05.678Z' },
    });
  });
});
