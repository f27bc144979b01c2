import type { KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { base64url, exportJWK, exportSPKI, SignJWT, UnsecuredJWT, type JWK, type JWTPayload } from 'jose';
import { freePort } from '../../src/local/free-port.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import type { TestDatabase } from '../setup/database.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { newKeyPair, type KeyPair } from '../setup/key-pair.js';
import { aStranger, bearer } from '../setup/people.js';
import { aMigratedFastapi, endIt, stepForward, type Pristine } from '../switch-over/support.js';

const LEGACY_SECRET = 'the secret of the old application';
const GUARDED = '/api/auth/list-sessions';

let pristine: Pristine;
let database: TestDatabase;
let jwks: Server;
let rsa: KeyPair;
let ec: KeyPair;
let gatehouse: Gatehouse;
/** A server that identifies users by e-mail, and checks issuer and audience. */
let strict: Gatehouse;

beforeAll(async () => {
  pristine = await aMigratedFastapi(18);
  database = await pristine.copy();
  [rsa, ec] = [newKeyPair('RS256'), newKeyPair('ES256')];
  const another = newKeyPair('RS256');
  const keys: JWK[] = [
    { ...(await exportJWK(another.publicKey)), alg: 'RS256' },
    { ...(await exportJWK(rsa.publicKey)), alg: 'RS256' },
    { ...(await exportJWK(ec.publicKey)), alg: 'ES256' },
  ];
  jwks = createServer((_, response) => response.end(JSON.stringify({ keys }))).listen(0, '127.0.0.1');
  await once(jwks, 'listening');
  const url = `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks.json`;
  [gatehouse, strict] = await Promise.all([
    startGatehouse({ LEGACY_JWT_SECRET: LEGACY_SECRET, LEGACY_JWT_JWKS_URL: url }, database),
    startGatehouse(
      {
        LEGACY_JWT_SECRET: LEGACY_SECRET,
        LEGACY_JWT_EMAIL_CLAIM: 'mail',
        LEGACY_JWT_SUBJECT_CLAIM: 'uid',
        LEGACY_JWT_ISSUER: 'old',
        LEGACY_JWT_AUDIENCE: 'app',
      },
      database,
    ),
  ]);
});

afterAll(async () => {
  await Promise.all([gatehouse.stop(), strict.stop()]);
  jwks.close();
  await database.drop();
  await pristine.drop();
});

let nth = 0;

/** Returns another user at each call. The user is not banned. */
async function aUser(): Promise<{ id: string; email: string }> {
  nth += 1;
  const [user] = await database.query<{ id: string; email: string }>(
    'select id, email from users where not banned and email = lower(email) order by id limit 1 offset $1',
    [nth],
  );
  if (!user) throw new Error('no users are left');
  return user;
}

const now = () => Math.floor(Date.now() / 1000);

/** Signs a JWT like the old application. */
function signed(claims: JWTPayload, key: KeyObject | Uint8Array = encoded(LEGACY_SECRET), alg = 'HS256') {
  return new SignJWT({ iat: now() - 60, exp: now() + 600, ...claims }).setProtectedHeader({ alg }).sign(key);
}

const encoded = (secret: string) => new TextEncoder().encode(secret);
const ask = (token: string, server = gatehouse) => aStranger(server).get(GUARDED, bearer(token));
const sessionsOf = (id: string) =>
  database.query<{ id: string; token: string }>('select id, token from sessions where user_id = $1', [id]);

describe('a JWT of the legacy application', () => {
  test.each([
    ['HS256', () => encoded(LEGACY_SECRET)],
    ['HS384', () => encoded(LEGACY_SECRET)],
    ['HS512', () => encoded(LEGACY_SECRET)],
    ['RS256', () => rsa.privateKey],
    ['ES256', () => ec.privateKey],
  ] as const)(
    'signed with %s opens get-session and guarded routes, and creates one session',
    async (alg, key) => {
      const user = await aUser();
      const jwt = await signed({ sub: user.id }, key(), alg);
      const client = aStranger(gatehouse);
      const first = await client.get('/api/auth/get-session', bearer(jwt));
      expect(first.json()).toMatchObject({ user: { id: user.id, email: user.email } });
      expect((await ask(jwt)).status).toBe(200);
      const sessions = await sessionsOf(user.id);
      expect(sessions).toHaveLength(1);

      const token = String(first.headers['set-auth-token']);
      expect(token.split('.')[0]).toBe(sessions[0]?.token);
      expect(first.headers['access-control-expose-headers']).toMatch(/set-auth-token/);
      expect((await ask(token)).status).toBe(200);
      // The cookie alone works as well.
      expect((await client.get(GUARDED)).status).toBe(200);
    },
  );

  test('creates one session for 20 simultaneous first uses', async () => {
    const user = await aUser();
    const jwt = await signed({ sub: user.id });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(jwt)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(await sessionsOf(user.id)).toHaveLength(1);
    expect(new Set(answers.map(({ headers }) => headers['set-auth-token'])).size).toBe(1);
  });

  test('creates its own session, besides that of another JWT of the same user', async () => {
    const user = await aUser();
    await ask(await signed({ sub: user.id }));
    await ask(await signed({ sub: user.id, jti: '2' }));
    expect(await sessionsOf(user.id)).toHaveLength(2);
  });

  test.each([
    [
      'signed out',
      async (token: string) => aStranger(gatehouse).post('/api/auth/sign-out', {}, bearer(token)),
    ],
    [
      'revoked',
      async () => database.query('delete from sessions where user_id = (select max(user_id) from sessions)'),
    ],
    ['expired', async () => database.query('update sessions set expires_at = now()')],
  ])('is refused for good once its session is %s', async (_, finish) => {
    const user = await aUser();
    const jwt = await signed({ sub: user.id });
    expect((await ask(jwt)).status).toBe(200);
    await database.query('delete from sessions where user_id <> $1', [user.id]);
    await finish(jwt);
    for (let time = 0; time < 2; time++) expect((await ask(jwt)).status).toBe(401);
    expect((await aStranger(gatehouse).get('/api/auth/get-session', bearer(jwt))).json()).toBeNull();
    expect(await sessionsOf(user.id)).toEqual([]);
  });

  test('is refused for good if its first use is a sign-out', async () => {
    const user = await aUser();
    const jwt = await signed({ sub: user.id });
    const answer = await aStranger(gatehouse).post('/api/auth/sign-out', {}, bearer(jwt));
    expect(answer.json()).toEqual({ success: true });
    expect((await ask(jwt)).status).toBe(401);
  });

  test('is refused for a banned user, before and after its exchange', async () => {
    const user = await aUser();
    const jwts = [await signed({ sub: user.id }), await signed({ sub: user.id, jti: '2' })] as const;
    expect((await ask(jwts[0])).status).toBe(200);
    await database.query('update users set is_active = false where id = $1', [user.id]);
    for (const jwt of jwts) expect((await ask(jwt)).status).toBe(401);
    expect(await sessionsOf(user.id)).toHaveLength(1);
  });

  test('creates a session of 7 days, with createdAt from the JWT’s iat', async () => {
    const user = await aUser();
    const iat = now() - 200_000;
    await ask(await signed({ sub: user.id, iat }));
    const [session] = await database.query<{ created_at: Date; days: number }>(
      `select created_at, round(extract(epoch from expires_at - now()) / 86400)::integer as days
       from sessions where user_id = $1`,
      [user.id],
    );
    expect(session).toEqual({ created_at: new Date(iat * 1000), days: 7 });
  });

  test.each([
    ['has expired', (sub: string) => signed({ sub, exp: now() - 1 })],
    ['is not valid yet', (sub: string) => signed({ sub, nbf: now() + 60 })],
    ['is for another audience', (sub: string) => signed({ sub, aud: 'links in mails' })],
    ['names an unknown user', () => signed({ sub: 'nobody' })],
    ['names no user', () => signed({})],
    ['names an impossible id', () => signed({ sub: 'a\0b' })],
    ['has another secret', (sub: string) => signed({ sub }, encoded('another'))],
    ['is signed by another key', (sub: string) => signed({ sub }, newKeyPair('RS256').privateKey, 'RS256')],
    [
      'uses the public key as the secret',
      async (sub: string) => signed({ sub }, encoded(await exportSPKI(rsa.publicKey))),
    ],
    [
      'uses the JSON of the public key as the secret',
      async (sub: string) => signed({ sub }, encoded(JSON.stringify(await exportJWK(ec.publicKey)))),
    ],
  ])('that %s is refused', async (_, make) => {
    const user = await aUser();
    const jwt = await make(user.id);
    expect((await ask(jwt)).status).toBe(401);
    expect(await sessionsOf(user.id)).toEqual([]);
  });

  test('is refused without a signature or with a changed payload', async () => {
    const user = await aUser();
    const none = new UnsecuredJWT({ sub: user.id, exp: now() + 60 }).encode();
    const [header, , signature] = (await signed({ sub: 'somebody' })).split('.');
    const forged = [header, base64url.encode(JSON.stringify({ sub: user.id })), signature].join('.');
    for (const jwt of [none, `${none}x`, forged, `${header}.x.x`]) expect((await ask(jwt)).status).toBe(401);
    expect(await sessionsOf(user.id)).toEqual([]);
  });

  test('creates no second session if its signature is spelled differently', async () => {
    const user = await aUser();
    const jwt = await signed({ sub: user.id });
    expect((await ask(jwt)).status).toBe(200);
    // The last of 43 base64url characters has two unused bits.
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const respelt = jwt.slice(0, -1) + last[last.indexOf(jwt.at(-1) ?? '') ^ 1];
    await ask(respelt);
    expect(await sessionsOf(user.id)).toHaveLength(1);
  });

  test('can name the user by e-mail, in the configured claims', async () => {
    const user = await aUser();
    const claims = { iss: 'old', aud: 'app', mail: ` ${user.email.toUpperCase()}` };
    expect((await ask(await signed(claims), strict)).status).toBe(200);
    expect(await sessionsOf(user.id)).toHaveLength(1);
    expect((await ask(await signed({ ...claims, uid: user.id }), strict)).status).toBe(200);
    // If there is an id, the e-mail is ignored.
    expect((await ask(await signed({ ...claims, uid: 'gone' }), strict)).status).toBe(401);
    expect((await ask(await signed({ ...claims, iss: 'new' }), strict)).status).toBe(401);
    expect((await ask(await signed({ ...claims, aud: 'other' }), strict)).status).toBe(401);
    expect((await ask(await signed({ ...claims, aud: undefined }), strict)).status).toBe(401);
  });

  test('finds one of two users whose e-mails differ in case only by the exact spelling', async () => {
    const claims = { iss: 'old', aud: 'app' };
    expect((await ask(await signed({ ...claims, mail: 'TWIN@example.com' }), strict)).status).toBe(401);
    const answer = await aStranger(strict).get(
      '/api/auth/get-session',
      bearer(await signed({ ...claims, mail: 'Twin@example.com' })),
    );
    expect(answer.json()).toMatchObject({ user: { email: 'Twin@example.com' } });
  });

  test('is ignored if invalid, and then the cookie counts', async () => {
    const user = await aUser();
    const client = new BrowserLikeClient(gatehouse.origin);
    await client.get('/api/auth/get-session', bearer(await signed({ sub: user.id })));
    expect((await client.get(GUARDED, bearer(await signed({ sub: user.id, exp: 1 })))).status).toBe(200);
  });

  test('is refused until its keys can be fetched, and the keys are then kept', async () => {
    const user = await aUser();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/jwks.json`;
    const server = await startGatehouse({ LEGACY_JWT_JWKS_URL: url }, database);
    const keys = [{ ...(await exportJWK(ec.publicKey)), alg: 'ES256' }];
    let asked = 0;
    const publisher = createServer((_, response) => {
      asked += 1;
      response.end(JSON.stringify({ keys }));
    });
    try {
      const jwt = await signed({ sub: user.id }, ec.privateKey, 'ES256');
      for (let time = 0; time < 2; time++) expect((await ask(jwt, server)).status).toBe(401);
      const session = await aStranger(server).get('/api/auth/get-session', bearer(jwt));
      expect([session.status, session.json()]).toEqual([200, null]);
      await server.told('LEGACY_JWT_JWKS_URL returns no keys');
      await once(publisher.listen(port, '127.0.0.1'), 'listening');
      expect((await ask(jwt, server)).status).toBe(200);
      await server.told('LEGACY_JWT_JWKS_URL returns keys again');
      publisher.closeAllConnections();
      await once(publisher.close(), 'close');
      const another = await signed({ sub: user.id, jti: '2' }, ec.privateKey, 'ES256');
      expect([(await ask(another, server)).status, asked]).toEqual([200, 1]);
    } finally {
      await server.stop();
      publisher.close();
    }
  });

  test('is refused after the end of the switch-over, but its session stays', async () => {
    const user = await aUser();
    const [used, unused] = [await signed({ sub: user.id }), await signed({ sub: user.id, jti: '2' })];
    const token = String((await ask(used)).headers['set-auth-token']);
    await stepForward(database);
    await stepForward(database);
    expect((await ask(used)).status).toBe(200);
    await endIt(database);
    expect((await ask(used)).status).toBe(401);
    expect((await ask(unused)).status).toBe(401);
    expect((await ask(token)).status).toBe(200);
  });
});
