import { createRemoteJWKSet, jwtVerify } from 'jose';
import { startOracle, type Oracle } from '../oracle/oracle.js';
import { CLIENT } from '../openid/certified-provider.js';
import { startOpenIdProvider, type OpenIdProvider } from '../openid/openid-provider.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import type { TestDatabase } from '../setup/database.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { mailTo } from '../setup/mails.js';
import { aMember, aStranger, bearer, onAnotherDevice } from '../setup/people.js';
import { RENAMED_SETTINGS, createShapedDatabase, type Shape } from '../setup/renamed-database.js';
import { hasPgBouncer, startPgBouncer, type TestPgBouncer } from '../setup/pgbouncer.js';
import { Visitor } from '../social/visitor.js';
import { PASSWORD, SIDES, otherSide, sessionOf, signIn, signUp } from './two-servers.js';

const NEW_YORK = 'America/New_York';
/** Milliseconds that a test may take between two readings of the clock. A wrong time zone is hours away. */
const SLACK = 60_000;

interface Case {
  readonly what: string;
  readonly shape: Shape;
  readonly environment: Record<string, string>;
  /** If true, Gatehouse connects through PgBouncer in transaction mode. */
  readonly pooled?: boolean;
}

const CASES: readonly Case[] = [
  { what: 'with other names', shape: { renamed: true }, environment: RENAMED_SETTINGS },
  {
    what: 'with times without zone, in New York',
    shape: { timestamps: true, timeZone: NEW_YORK },
    environment: { TZ: NEW_YORK },
  },
  {
    what: 'with other names and times without zone, in New York and behind PgBouncer',
    shape: { renamed: true, timestamps: true, timeZone: NEW_YORK },
    environment: { TZ: NEW_YORK, DATABASE_PREPARED_STATEMENTS: 'false' },
    pooled: true,
  },
];

const SHAPES = CASES.filter(({ pooled }) => !pooled || hasPgBouncer);

describe.each(SHAPES)('Gatehouse and better-auth on tables $what', ({ shape, environment, pooled }) => {
  const names = shape.renamed
    ? { sessions: 'auth_sessions', accounts: '"AuthAccounts"', verifications: 'auth_verifications' }
    : { sessions: 'sessions', accounts: 'accounts', verifications: 'verifications' };
  const [users, jwks, rateLimits] = shape.renamed
    ? ['gatehouse.users', 'auth_jwks', 'auth_rate_limits']
    : ['users', 'jwks', 'rate_limits'];
  let database: TestDatabase;
  let pooler: TestPgBouncer | undefined;
  /** The database as Gatehouse reaches it. */
  let reached: TestDatabase;
  let provider: OpenIdProvider;
  let servers: { gatehouse: Gatehouse; oracle: Oracle };
  let gatehouse: Gatehouse;

  beforeAll(async () => {
    database = await createShapedDatabase(shape);
    pooler = pooled ? await startPgBouncer(database, { pool_mode: 'transaction' }) : undefined;
    reached = { ...database, url: pooler?.url ?? database.url };
    provider = await startOpenIdProvider();
    gatehouse = await startGatehouse(
      {
        SESSION_CACHE: 'true',
        USER_CHANGE_EMAIL_ENABLED: 'true',
        USER_DELETE_USER_ENABLED: 'true',
        OIDC_PROVIDERS: JSON.stringify([
          {
            providerId: 'acme',
            discoveryUrl: provider.discoveryUrl,
            clientId: CLIENT.id,
            clientSecret: CLIENT.secret,
            scopes: ['openid', 'email', 'profile'],
          },
        ]),
        DATABASE_DIRECT_URL: database.url,
        ...environment,
      },
      reached,
    );
    servers = { gatehouse, oracle: await startOracle(database, { environment: { TZ: 'UTC' } }) };
  });

  afterAll(async () => {
    await Promise.all([gatehouse.stop(), servers.oracle.stop(), provider.stop()]);
    await pooler?.stop();
    await database.drop();
  });

  /** The age of a time in the database, in milliseconds, as the contract reads it: without a zone it means UTC. */
  async function ageOf(expression: string, from: string): Promise<number> {
    const [row] = await database.query<{ age: number }>(
      `select (date_part('epoch', clock_timestamp()) - date_part('epoch', ${expression})) * 1000 as age from ${from}`,
    );
    return row?.age ?? NaN;
  }

  test.each(SIDES)('a user of %s has the same session on the other server', async (here) => {
    const there = otherSide(here);
    const client = new BrowserLikeClient(servers[here].origin);
    expect((await signUp(client, `by-${here}@example.com`)).status).toBe(200);
    const mine = await sessionOf(client);
    const visiting = new BrowserLikeClient(servers[there].origin, true, client.cookies);
    expect(await sessionOf(visiting)).toEqual(mine);
    expect(mine?.user.email).toBe(`by-${here}@example.com`);
    const { session, user } = mine as unknown as {
      session: Record<'createdAt' | 'expiresAt', string>;
      user: { createdAt: string };
    };
    expect(Math.abs(Date.parse(session.createdAt) - Date.now())).toBeLessThan(SLACK);
    expect(Math.abs(Date.parse(user.createdAt) - Date.now())).toBeLessThan(SLACK);
    expect(Math.abs(Date.parse(session.expiresAt) - Date.now() - 604_800_000)).toBeLessThan(SLACK);
    expect(
      Math.abs(await ageOf('created_at', `${users} where email = 'by-${here}@example.com'`)),
    ).toBeLessThan(SLACK);
    const elsewhere = new BrowserLikeClient(servers[there].origin);
    expect((await signIn(elsewhere, `by-${here}@example.com`)).status).toBe(200);
    expect((await client.get('/api/auth/list-sessions')).json()).toHaveLength(2);
    expect((await visiting.get('/api/auth/list-accounts')).json()).toMatchObject([
      { providerId: 'credential' },
    ]);
    expect((await visiting.post('/api/auth/sign-out', {})).status).toBe(200);
    expect((await elsewhere.get('/api/auth/list-sessions')).json()).toHaveLength(1);
    expect(servers.oracle.log()).not.toMatch(/mismatch|error/i);
  });

  test('several requests at the same time find their sessions, and lists of them', async () => {
    const members = await Promise.all([aMember(gatehouse), aMember(gatehouse), aMember(gatehouse)]);
    const answers = await Promise.all(
      members.flatMap(({ client }) =>
        ['get-session?disableCookieCache=true', 'list-sessions', 'list-accounts'].map((path) =>
          client.get(`/api/auth/${path}`),
        ),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(9).fill(200));
    expect(answers.map((answer) => answer.json())).toEqual(
      members.flatMap(({ id }) => [
        expect.objectContaining({ user: expect.objectContaining({ id }) }),
        [expect.objectContaining({ userId: id })],
        [expect.objectContaining({ userId: id })],
      ]),
    );
  });

  test('a revocation takes effect on other devices, also one that SQL or Better Auth makes', async () => {
    const member = await aMember(gatehouse);
    const devices = await Promise.all([1, 2, 3].map(() => onAnotherDevice(gatehouse, member)));
    for (const { client } of devices) expect(await sessionOf(client)).not.toBeNull();
    const [revoked, deleted, signedOut] = devices;
    expect((await member.client.post('/api/auth/revoke-session', { token: revoked?.token })).status).toBe(
      200,
    );
    await database.query(`delete from ${names.sessions} where token = $1`, [deleted?.token]);
    const oracle = new BrowserLikeClient(servers.oracle.origin, true, new Map(signedOut?.client.cookies));
    await oracle.post('/api/auth/sign-out', {});
    await new Promise((resolve) => setTimeout(resolve, 150));
    for (const { token } of devices)
      expect((await aStranger(gatehouse).get('/api/auth/get-session', bearer(token))).json()).toBeNull();
    expect(await sessionOf(member.client)).not.toBeNull();
    expect((await member.client.post('/api/auth/revoke-other-sessions', {})).status).toBe(200);
    expect((await member.client.get('/api/auth/list-sessions')).json()).toHaveLength(1);
  });

  test('an expired session ends, and a session is extended when it is due', async () => {
    const [old, due] = [await aMember(gatehouse), await aMember(gatehouse)];
    const expire = (token: string, seconds: number) =>
      database.query(
        `update ${names.sessions} set expires_at = (now() at time zone 'utc' + $2 * interval '1 second')
          ${shape.timestamps ? '' : `at time zone 'utc'`} where token = $1`,
        [token, seconds],
      );
    await expire(old.token, -1);
    await expire(due.token, 3600);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await sessionOf(old.client)).toBeNull();
    expect(await sessionOf(due.client)).not.toBeNull();
    const age = await ageOf('expires_at', `${names.sessions} where token = '${due.token}'`);
    expect(Math.abs(age + 604_800_000)).toBeLessThan(SLACK);
  });

  test('a ban ends at its time', async () => {
    const { id, email, password } = await aMember(gatehouse);
    const ban = (seconds: number) =>
      database.query(
        `update users set banned = true, ban_expires = (now() at time zone 'utc' + $2 * interval '1 second')
          ${shape.timestamps ? '' : `at time zone 'utc'`} where id = $1`,
        [id, seconds],
      );
    await ban(3600);
    expect((await aStranger(gatehouse).post('/api/auth/login', { email, password })).status).toBe(403);
    await ban(-60);
    expect((await aStranger(gatehouse).post('/api/auth/login', { email, password })).status).toBe(200);
  });

  test('a password reset, a changed e-mail and a deletion work', async () => {
    const { client, id, email, password } = await aMember(gatehouse);
    await client.post('/api/auth/send-verification-email', { email });
    const verify = await mailTo(gatehouse, email);
    expect((await client.get(verify.path)).status).toBeLessThan(400);
    expect(await sessionOf(client)).toMatchObject({ user: { emailVerified: true } });
    await client.post('/api/auth/request-password-reset', { email, redirectTo: '/reset' });
    const reset = await mailTo(gatehouse, email, 2);
    const changed = await client.post('/api/auth/reset-password', {
      token: reset.token,
      newPassword: `${PASSWORD}!`,
    });
    expect(changed.status).toBe(200);
    expect((await aStranger(gatehouse).post('/api/auth/login', { email, password })).status).toBe(401);
    const asked = await client.post('/api/auth/change-email', { newEmail: `new-${email}` });
    expect(asked.status).toBe(200);
    const confirm = await mailTo(gatehouse, `new-${email}`);
    expect((await client.get(confirm.path)).status).toBeLessThan(400);
    expect(await sessionOf(client)).toMatchObject({ user: { email: `new-${email}` } });
    const deletion = await client.post('/api/auth/delete-user', { password: `${PASSWORD}!` });
    expect(deletion.status).toBe(200);
    const left = await database.query(
      `select id from users where id = $1 union all select id from ${names.sessions} where user_id = $1
       union all select id from ${names.accounts} where user_id = $1`,
      [id],
    );
    expect(left).toEqual([]);
  });

  test('sign-in at a provider stores its state and its account', async () => {
    const visitor = new Visitor(gatehouse);
    const back = await visitor.begin('acme');
    expect(await ageOf('created_at', names.verifications)).toBeLessThan(SLACK);
    expect((await visitor.comeBack(back)).headers.location).toBe('/in');
    const mine = await sessionOf(visitor.client);
    expect(mine).not.toBeNull();
    const accounts = await database.query(`select provider_id from ${names.accounts} where user_id = $1`, [
      mine?.user.id,
    ]);
    expect(accounts).toEqual([{ provider_id: 'acme' }]);
    const age = await ageOf('access_token_expires_at', `${names.accounts} where provider_id = 'acme'`);
    expect(age).toBeLessThan(0);
    const again = new Visitor(gatehouse);
    expect((await again.signIn('acme')).headers.location).toBe('/in');
  });

  test('a JWT of either server is valid on the key set of both', async () => {
    const { client } = await aMember(gatehouse);
    const oracle = new BrowserLikeClient(servers.oracle.origin, true, client.cookies);
    const keys = SIDES.map((side) => createRemoteJWKSet(new URL('/api/auth/jwks', servers[side].origin)));
    for (const issuer of [client, oracle]) {
      const { token } = (await issuer.get('/api/auth/token')).json<{ token: string }>();
      for (const keySet of keys) await expect(jwtVerify(token, keySet)).resolves.toBeDefined();
    }
    expect(Math.abs(await ageOf('created_at', jwks ?? ''))).toBeLessThan(SLACK);
  });

  test('rate limits count in the database', async () => {
    const limited = await startGatehouse(
      {
        ...environment,
        RATE_LIMIT_ENABLED: 'true',
        RATE_LIMIT_STORAGE: 'database',
        RATE_LIMIT_CUSTOM_RULES: '{"/get-session":{"window":600,"max":2}}',
      },
      reached,
    );
    try {
      const statuses: number[] = [];
      for (let n = 0; n < 3; n++)
        statuses.push((await aStranger(limited).get('/api/auth/get-session')).status);
      expect(statuses).toEqual([200, 200, 429]);
      expect(await database.query(`select count from ${rateLimits} where key like '%get-session'`)).toEqual([
        { count: 2 },
      ]);
    } finally {
      await limited.stop();
    }
  });

  if (shape.renamed) {
    test('a table of the old application with our name is not touched', async () => {
      expect(await database.query('select * from sessions')).toEqual([{ id: 'theirs', payload: 'payload' }]);
    });

    test('the server does not start if a setting has another name than the table', async () => {
      const wrong = startGatehouse({ SESSION_MODEL_NAME: 'my_sessions' }, database);
      await expect(wrong).rejects.toThrow(
        'SESSION_MODEL_NAME is my_sessions, but the migrations made the table auth_sessions: set SESSION_MODEL_NAME=auth_sessions',
      );
    });
  }
});
