import { EncryptJWT, SignJWT, UnsecuredJWT } from 'jose';
import { getCookieCache } from 'better-auth/cookies';
import { symmetricDecodeJWT, symmetricEncodeJWT, signJWT } from 'better-auth/crypto';
import { sessionDataCodec, type Strategy } from '../../../src/cookies/session-data/codec.js';
import { openCompact } from '../../../src/cookies/session-data/compact.js';
import { encryptionKeyOf } from '../../../src/cookies/encrypted-jwt.js';
import type { SessionData } from '../../../src/cookies/session-data/session-data.js';
import { SECRET } from '../../setup/gatehouse.js';

const OTHER = 'another-secret-that-is-long-enough-for-validation-tests';
const STRATEGIES: readonly Strategy[] = ['compact', 'jwt', 'jwe'];
const soon = () => Date.now() + 300_000;

/** Vector 6 of src/crypto/protocol.md, "Test vectors". */
const VECTOR =
  '{"session":{"session":{"expiresAt":"2026-11-30T08:44:11.246Z","token":"vjkABykLEssOvs7L56gUpQsZ3DLhCudT","createdAt":"2026-11-23T08:44:11.246Z","updatedAt":"2026-11-23T08:44:11.246Z","ipAddress":"","userAgent":"","userId":"emul9Skyu78HU6CdaS05uBDblkWaQfYn","id":"t3vuAD6eKVSbls1au0eVrasSh6liBt1C"},"user":{"name":"Al","email":"a@b.co","emailVerified":false,"image":null,"createdAt":"2026-11-23T08:44:11.242Z","updatedAt":"2026-11-23T08:44:11.242Z","id":"emul9Skyu78HU6CdaS05uBDblkWaQfYn"},"updatedAt":1795423451248,"version":"1"},"expiresAt":1795423751248,"signature":"zIucPZhAbUaXa0Yvz2wJbqzjG1G-7gkrA0ncjwERn58"}';

const data = (name = 'Ada'): SessionData => ({
  session: {
    expiresAt: new Date(Date.now() + 86_400_000),
    token: 'token',
    createdAt: new Date(),
    updatedAt: new Date(),
    ipAddress: '',
    userAgent: 'Mozilla/5.0',
    userId: 'user',
    id: 'session',
  },
  user: {
    name,
    email: 'ada@example.com',
    emailVerified: false,
    image: null,
    createdAt: new Date(),
    updatedAt: new Date(),
    locale: 'fr',
    id: 'user',
  },
  updatedAt: Date.now(),
  version: '1',
});

const readByBetterAuth = (value: string, strategy: Strategy) =>
  getCookieCache(new Headers({ cookie: `better-auth.session_data=${value}` }), {
    secret: SECRET,
    strategy,
    isSecure: false,
  });

describe('the vectors of src/crypto/protocol.md, "Test vectors"', () => {
  it('5: the encryption key of the strategy jwe and its thumbprint', () => {
    const { bytes, kid } = encryptionKeyOf(SECRET);
    expect(Buffer.from(bytes).toString('hex')).toBe(
      'c748568c43011c3d25fc1be347111a2e32fe3a4f61ddb25ced6152f2772ac7db13945cad5e77f2fc181ccff7d274f0961be7c424c71d6378426da892bb03b668',
    );
    expect(kid).toBe('9FxAKt3hSIwuAwvpuUX0Th1Ykf8lCZH7E4PZkgxrJW0');
  });

  it('6: opening and sealing with the strategy compact', async () => {
    const value = Buffer.from(VECTOR).toString('base64url');
    const opened = openCompact(value, [SECRET]);
    expect(opened).toMatchObject({ expiresAt: 1_795_423_751_248, secretIndex: 0 });
    expect(opened?.data.user).toMatchObject({ name: 'Al', createdAt: new Date('2026-11-23T08:44:11.242Z') });
    const codec = sessionDataCodec('compact', [SECRET]);
    expect(opened && (await codec.seal(opened.data, opened.expiresAt))).toBe(value);
  });
});

describe.each(STRATEGIES)('%s', (strategy) => {
  const codec = sessionDataCodec(strategy, [SECRET]);

  it.each(['Ada', '', 'é😀\u2028"\\', '</script>', '\u0000', 'x'.repeat(10_000), '__proto__'])(
    'opens its own session data with the name %j',
    async (name) => {
      const sealed = data(name);
      const expiresAt = Math.floor(soon() / 1000) * 1000;
      const opened = await codec.open(await codec.seal(sealed, expiresAt));
      expect(opened).toMatchObject({ expiresAt, secretIndex: 0 });
      expect(opened?.data).toMatchObject(sealed);
    },
  );

  it('writes session data that Better Auth can read', async () => {
    const sealed = data('é😀');
    const read = await readByBetterAuth(await codec.seal(sealed, soon()), strategy);
    expect(JSON.parse(JSON.stringify(read))).toMatchObject(JSON.parse(JSON.stringify(sealed)) as object);
  });

  it('opens session data sealed with any of the secrets, and returns the index of the secret', async () => {
    const value = await sessionDataCodec(strategy, [OTHER]).seal(data(), soon());
    expect(await codec.open(value)).toBeUndefined();
    expect(await sessionDataCodec(strategy, [SECRET, OTHER]).open(value)).toMatchObject({ secretIndex: 1 });
  });

  it('refuses session data with a changed character', async () => {
    const value = await codec.seal(data(), soon());
    const opened = [];
    for (let index = 0; index < value.length; index += 7) {
      const changed = value[index] === 'A' ? 'B' : 'A';
      const result = await codec.open(value.slice(0, index) + changed + value.slice(index + 1));
      if (result) opened.push(index);
    }
    expect(opened).toEqual([]);
  });

  it.each(['', '.', '..', '....', 'a', 'e30', 'bnVsbA', 'W10', '%', 'é', 'a.b.c', 'a.b.c.d.e', '"', '\0'])(
    'refuses %j',
    async (value) => {
      expect(await codec.open(value)).toBeUndefined();
    },
  );

  it('refuses malformed session data despite a valid seal', async () => {
    const whole = data();
    const { session, user } = whole;
    for (const part of [
      {},
      { ...whole, session: undefined },
      { ...whole, session: [] },
      { ...whole, user: null },
      { ...whole, updatedAt: 'now' },
      { ...whole, version: 1 },
      { ...whole, session: { ...session, token: 5 } },
      { ...whole, session: { ...session, expiresAt: 'never' } },
      { ...whole, session: { ...session, userId: undefined } },
      { ...whole, session: { ...session, ipAddress: {} } },
      { ...whole, user: { ...user, emailVerified: 'true' } },
      { ...whole, user: { ...user, name: null } },
      { ...whole, user: { ...user, createdAt: 0 } },
      { ...whole, user: { ...user, image: 1 } },
    ]) {
      expect(await codec.open(await codec.seal(part as SessionData, soon()))).toBeUndefined();
    }
  });

  it('refuses session data of another strategy', async () => {
    for (const other of STRATEGIES.filter((name) => name !== strategy)) {
      const value = await sessionDataCodec(other, [SECRET]).seal(data(), soon());
      expect(await codec.open(value)).toBeUndefined();
    }
  });
});

describe('jwt', () => {
  const codec = sessionDataCodec('jwt', [SECRET]);
  const key = new TextEncoder().encode(SECRET);
  const sessionData = data();
  const claims = JSON.parse(JSON.stringify(sessionData)) as Record<string, unknown>;

  it('reads JWTs that Better Auth signed', async () => {
    expect(await codec.open(await signJWT(claims, SECRET, 300))).toMatchObject({ data: sessionData });
  });

  it('accepts only HS256, and in particular not none (test/security/advisories.md, "A21")', async () => {
    const none = new UnsecuredJWT(claims).setIssuedAt().setExpirationTime('5m').encode();
    expect(await codec.open(none)).toBeUndefined();
    for (const alg of ['HS384', 'HS512']) {
      const signed = await new SignJWT(claims)
        .setProtectedHeader({ alg })
        .setExpirationTime('5m')
        .sign(new Uint8Array(Buffer.concat([key, key])));
      expect(await codec.open(signed)).toBeUndefined();
    }
  });

  it('refuses an expired JWT, and treats a JWT without exp as expired', async () => {
    expect(await codec.open(await codec.seal(data(), Date.now() - 2000))).toBeUndefined();
    const endless = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(key);
    expect(await codec.open(endless)).toMatchObject({ expiresAt: 0 });
  });
});

describe('jwe', () => {
  const codec = sessionDataCodec('jwe', [SECRET, OTHER]);
  const sessionData = data();
  const claims = JSON.parse(JSON.stringify(sessionData)) as Record<string, unknown>;
  const encrypted = (enc: string, key: Uint8Array, kid?: string) =>
    new EncryptJWT(claims).setProtectedHeader({ alg: 'dir', enc, kid }).setExpirationTime('5m').encrypt(key);

  it('reads JWEs of Better Auth, and Better Auth reads its JWEs', async () => {
    const theirs = await symmetricEncodeJWT(claims, SECRET, 'better-auth-session', 300);
    expect(await codec.open(theirs)).toMatchObject({ data: sessionData });
    const ours = await codec.seal(data(), soon());
    expect(await symmetricDecodeJWT(ours, SECRET, 'better-auth-session')).toMatchObject({
      user: { name: 'Ada' },
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('refuses a JWE that Better Auth encrypted for another purpose', async () => {
    expect(
      await codec.open(await symmetricEncodeJWT(claims, SECRET, 'better-auth-account', 300)),
    ).toBeUndefined();
  });

  it('tries every secret for a JWE without kid', async () => {
    const { bytes } = encryptionKeyOf(OTHER);
    expect(await codec.open(await encrypted('A256CBC-HS512', bytes))).toMatchObject({ secretIndex: 1 });
    expect(await codec.open(await encrypted('A256CBC-HS512', bytes, 'unknown'))).toBeUndefined();
  });

  it('also accepts A256GCM, and refuses weaker algorithms', async () => {
    const { bytes, kid } = encryptionKeyOf(OTHER);
    const gcm = await encrypted('A256GCM', bytes.subarray(0, 32), kid);
    expect(await codec.open(gcm)).toMatchObject({ secretIndex: 1 });
    expect(await codec.open(await encrypted('A128GCM', bytes.subarray(0, 16)))).toBeUndefined();
    expect(await codec.open(await encrypted('A128CBC-HS256', bytes.subarray(0, 32)))).toBeUndefined();
  });

  it('tolerates a clock that is up to 15 seconds ahead', async () => {
    expect(await codec.open(await codec.seal(data(), Date.now() - 10_000))).toBeDefined();
    expect(await codec.open(await codec.seal(data(), Date.now() - 20_000))).toBeUndefined();
  });
});
