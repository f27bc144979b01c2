import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto';
import { SignJWT, createLocalJWKSet, jwtVerify } from 'jose';
import type { EncryptionKey } from '../../../src/crypto/symmetric-encryption.js';
import {
  ALGORITHMS,
  newSigningKey,
  presentJwk,
  privateKeyOf,
  publicKeyOf,
  type Algorithm,
} from '../../../src/features/jwt/signing-key.js';
import type { Jwk } from '../../../src/features/jwt/jwk.entity.js';

const value = 's'.repeat(32);
const plain: EncryptionKey = { current: { version: 0, value }, versioned: false };
const versioned: EncryptionKey = { current: { version: 7, value }, versioned: true };
const keyring = { secrets: [{ version: 7, value }] };
const aKey = (encryptionKey = plain, alg: Algorithm = 'ES256') =>
  newSigningKey({ kind: { alg, modulusLength: 2048 }, encryptionKey, now: new Date(), expiresAt: null });

const ciphertextOf = ({ privateKey }: Jwk) => JSON.parse(privateKey) as string;

test('a new key has the columns and formats of Better Auth', async () => {
  const key = await aKey();
  expect(key.id).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(key).toMatchObject({ alg: 'ES256', crv: 'P-256', expiresAt: null });
  expect(Object.keys(JSON.parse(key.publicKey) as object).sort()).toEqual(['crv', 'kty', 'x', 'y']);
  expect(ciphertextOf(key)).toMatch(/^[\da-f]+$/);
  expect(ciphertextOf(await aKey(versioned))).toMatch(/^\$ba\$7\$[\da-f]+$/);
});

test('Better Auth decrypts the private half, with and without versioned secrets', async () => {
  const [first, second] = [await aKey(), await aKey(versioned)];
  const opened = [
    await symmetricDecrypt({ key: value, data: ciphertextOf(first) }),
    await symmetricDecrypt({
      key: { keys: new Map([[7, value]]), currentVersion: 7 },
      data: ciphertextOf(second),
    }),
  ];
  for (const [index, key] of [first, second].entries()) {
    const publicHalf = JSON.parse(key.publicKey) as object;
    expect(JSON.parse(opened[index] ?? '')).toMatchObject({ ...publicHalf, d: expect.any(String) });
  }
});

test('opens private halves that Better Auth encrypted or stored as plaintext', async () => {
  const key = await aKey();
  const jwk = await symmetricDecrypt({ key: value, data: ciphertextOf(key) });
  const theirs = await symmetricEncrypt({ key: value, data: jwk });
  for (const privateKey of [key.privateKey, JSON.stringify(theirs), jwk]) {
    const opened = privateKeyOf({ ...key, privateKey }, keyring);
    expect(opened.export({ format: 'jwk' })).toEqual(JSON.parse(jwk));
  }
});

test.each(ALGORITHMS)('%s: the published half verifies what the private half signs', async (alg) => {
  const key = await aKey(plain, alg);
  expect(key.alg).toBe(alg);
  const jwt = await new SignJWT({ a: 1 })
    .setProtectedHeader({ alg, kid: key.id })
    .sign(privateKeyOf(key, keyring));
  const published = createLocalJWKSet({ keys: [presentJwk(key, 'ES256')] });
  expect((await jwtVerify(jwt, published)).payload).toMatchObject({ a: 1 });
  expect((await jwtVerify(jwt, publicKeyOf(key))).payload).toMatchObject({ a: 1 });
});

test('a published key has no private part, and has an algorithm even if the row has none', async () => {
  const key = await aKey();
  expect(Object.keys(presentJwk(key, 'ES256'))).toEqual(['alg', 'crv', 'kty', 'x', 'y', 'kid']);
  expect(presentJwk({ ...key, alg: null }, 'EdDSA')).toMatchObject({ alg: 'EdDSA', kid: key.id });
});

test.each([
  [
    'encrypted with an unknown secret',
    async () => (await aKey({ ...plain, current: { version: 0, value: 'x' } })).privateKey,
  ],
  ['damaged', () => Promise.resolve('"00ff"')],
  ['that is not JSON', () => Promise.resolve('not JSON')],
  [
    'encrypted with a retired version of the secret',
    async () => (await aKey({ ...versioned, current: { version: 3, value } })).privateKey,
  ],
])('refuses a key %s', async (_, make) => {
  const key = { ...(await aKey()), privateKey: await make() };
  expect(() => privateKeyOf(key, keyring)).toThrow();
});
