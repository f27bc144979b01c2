import { symmetricEncrypt } from 'better-auth/crypto';
import { SignJWT, createLocalJWKSet, importJWK, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, SECRET, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { meetingAtLock } from '../../setup/locks.js';
import { aMember, aPerson, aStranger, bearer, type Member } from '../../setup/people.js';

let database: TestDatabase;

beforeEach(async () => {
  database = await createDatabase({ template: MIGRATED });
});

afterEach(() => database.drop());

/** Runs `work` with this number of servers on one database. */
async function served(
  count: number,
  work: (...servers: Gatehouse[]) => Promise<void>,
  environment: Record<string, string> = {},
): Promise<void> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => startGatehouse(environment, database)),
  );
  try {
    await work(...servers);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

const keyCount = async () => (await database.query('select 1 from jwks')).length;

const published = async (gatehouse: Gatehouse) =>
  (await aStranger(gatehouse).get('/api/auth/jwks')).json<JSONWebKeySet>();

const jwtOf = async ({ client }: Member) =>
  (await client.get('/api/auth/token')).json<{ token: string }>().token;

const part = (jwt: string, index: 0 | 1) =>
  JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString()) as JWTPayload & {
    kid: string;
  };

/** The key of RFC 7515, appendix A.3. */
const privateJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
};

const encrypted = async (secret: string) =>
  JSON.stringify(await symmetricEncrypt({ key: secret, data: JSON.stringify(privateJwk) }));

/** Adds a key that is newer than all keys the server makes. */
async function addKey(
  id: string,
  privateKey: string,
  { alg = 'ES256', expired = false } = {},
): Promise<void> {
  const { d: _, ...publicJwk } = privateJwk;
  await database.query(
    `insert into jwks (id, public_key, private_key, alg, created_at, expires_at)
     values ($1, $2, $3, $4, now() + interval '1 hour', case when $5 then now() end)`,
    [id, JSON.stringify(publicJwk), privateKey, alg, expired],
  );
}

test('makes the first key when it is needed, and only one even if two servers need it at once', async () => {
  await served(2, async (first, second) => {
    const members = await Promise.all([aMember(first), aMember(second)]);
    expect(await keyCount()).toBe(0);
    // Both servers have found no key and wait to insert one.
    const jwts = await meetingAtLock(
      database,
      { statement: 'lock table jwks in share mode', waiting: 2 },
      () => Promise.all(members.map(jwtOf)),
    );
    expect(await keyCount()).toBe(1);
    const keySets = await Promise.all([published(first), published(second)]);
    expect(keySets[0]).toEqual(keySets[1]);
    for (const jwt of jwts) {
      expect((await jwtVerify(jwt, createLocalJWKSet(keySets[0]))).payload.sub).toBeDefined();
    }
  });
});

test('sign-in works despite keys that cannot be decrypted, have expired or have another algorithm', async () => {
  await addKey('under-a-lost-secret', await encrypted('x'.repeat(40)));
  await addKey('damaged', '"00ff"');
  await addKey('of-no-form', 'not JSON');
  await addKey('of-another-kind', await encrypted(SECRET), { alg: 'EdDSA' });
  await addKey('expired', await encrypted(SECRET), { expired: true });
  await served(1, async (gatehouse) => {
    const answer = await aStranger(gatehouse).post('/api/auth/register', aPerson());
    expect(answer.status).toBe(200);
    const { accessToken } = answer.json<{ accessToken: string }>();
    const { kid } = part(accessToken, 0);
    expect((await aStranger(gatehouse).get('/api/auth/token', bearer(accessToken))).status).toBe(200);
    expect(await keyCount()).toBe(6);
    // The others stay published, because JWTs they signed may still be in use.
    const kids = (await published(gatehouse)).keys.map((key) => key.kid);
    expect(kids).toEqual(expect.arrayContaining([kid, 'under-a-lost-secret', 'expired']));
  });
});

test('signs with a key of Better Auth, and verifies with a key that another server made in the meantime', async () => {
  await addKey('made-by-better-auth', await encrypted(SECRET));
  await served(1, async (gatehouse) => {
    const jwt = await jwtOf(await aMember(gatehouse));
    expect(part(jwt, 0)).toMatchObject({ kid: 'made-by-better-auth' });
    expect((await aStranger(gatehouse).get('/api/auth/token', bearer(jwt))).status).toBe(200);
    expect(await keyCount()).toBe(1);

    await addKey('made-meanwhile', await encrypted(SECRET));
    const key = await importJWK({ ...privateJwk, alg: 'ES256' });
    const other = await new SignJWT(part(jwt, 1))
      .setProtectedHeader({ alg: 'ES256', kid: 'made-meanwhile' })
      .sign(key);
    const status = async () => (await aStranger(gatehouse).get('/api/auth/token', bearer(other))).status;
    // An unknown key id makes the server read the table again, at most once a second.
    const deadline = Date.now() + 5000;
    let seen = await status();
    while (seen !== 200 && Date.now() < deadline) seen = await status();
    expect(seen).toBe(200);
  });
});

test('replaces a key after the rotation interval, and publishes the old one until its grace period ends', async () => {
  const rotating = {
    JWKS_ROTATION_INTERVAL: '3600',
    JWKS_GRACE_PERIOD: '600',
    JWT_ISSUER: 'https://issuer.example',
    JWT_AUDIENCE: 'shop',
  };
  /** Makes the key look as if it had expired this number of seconds ago. */
  const expire = (kid: string, seconds: number) =>
    database.query("update jwks set expires_at = now() - $2 * interval '1 s' where id = $1", [kid, seconds]);
  const kidsOf = async (gatehouse: Gatehouse) => (await published(gatehouse)).keys.map((key) => key.kid);
  let old = '';
  await served(
    1,
    async (gatehouse) => {
      old = await jwtOf(await aMember(gatehouse));
      expect(
        await database.query('select extract(epoch from expires_at - created_at)::int as life from jwks'),
      ).toEqual([{ life: 3600 }]);
    },
    rotating,
  );
  const { kid } = part(old, 0);

  await expire(kid, 500);
  await served(
    1,
    async (gatehouse) => {
      const { kid: next } = part(await jwtOf(await aMember(gatehouse)), 0);
      expect(next).not.toBe(kid);
      expect((await kidsOf(gatehouse)).sort()).toEqual([kid, next].sort());
      await jwtVerify(old, createLocalJWKSet(await published(gatehouse)));
      expect((await aStranger(gatehouse).get('/api/auth/token', bearer(old))).status).toBe(200);
    },
    rotating,
  );

  await expire(kid, 700);
  await served(
    1,
    async (gatehouse) => {
      expect(await kidsOf(gatehouse)).not.toContain(kid);
      expect(await keyCount()).toBe(2);
    },
    rotating,
  );
});
