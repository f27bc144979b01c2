import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { randomToken } from '../../crypto/random.js';
import { decrypt, encrypt, type EncryptionKey, type Keyring } from '../../crypto/symmetric-encryption.js';
import type { Jwk } from './jwk.entity.js';

/** The algorithm of every key that this server creates: ECDSA on P-256 with SHA-256 (RFC 7518 §3.4). */
export const ALGORITHM = 'ES256';

const generate = promisify(generateKeyPair);

/**
 * Creates a row for the table `jwks`, in the format of Better Auth's jwt plugin
 * (src/features/jwt/protocol.md, "Keys").
 */
export async function newSigningKey(
  encryptionKey: EncryptionKey,
  now: Date,
  expiresAt: Date | null,
): Promise<Jwk> {
  // The keys are generated as DER, because exporting a generated key as a JWK can hang Node forever if garbage collection
  // runs then.
  const made = await generate('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  const privateKey = createPrivateKey({ key: made.privateKey, type: 'pkcs8', format: 'der' });
  const publicKey = createPublicKey({ key: made.publicKey, type: 'spki', format: 'der' });
  const ciphertext = encrypt(JSON.stringify(privateKey.export({ format: 'jwk' })), encryptionKey);
  return {
    id: randomToken(32),
    publicKey: JSON.stringify(publicKey.export({ format: 'jwk' })),
    privateKey: JSON.stringify(ciphertext),
    alg: ALGORITHM,
    crv: 'P-256',
    createdAt: now,
    expiresAt,
  };
}

/**
 * @throws {Error} if the row is encrypted with a secret that this server does not have, or is not a JWK.
 */
export function privateKeyOf(jwk: Jwk, keyring: Keyring): KeyObject {
  const stored: unknown = JSON.parse(jwk.privateKey);
  // Better Auth's `disablePrivateKeyEncryption` stores the JWK itself.
  const key =
    typeof stored === 'string'
      ? (JSON.parse(decrypt(stored, keyring)) as JsonWebKey)
      : (stored as JsonWebKey);
  return createPrivateKey({ key, format: 'jwk' });
}

export function publicKeyOf(jwk: Jwk): KeyObject {
  return createPublicKey({ key: JSON.parse(jwk.publicKey) as JsonWebKey, format: 'jwk' });
}

/** Returns the public key for `GET /jwks` (RFC 7517), with its members in the order of the protocol. */
export function presentJwk(jwk: Jwk): Record<string, unknown> {
  return {
    alg: jwk.alg ?? ALGORITHM,
    ...(jwk.crv ? { crv: jwk.crv } : {}),
    ...(JSON.parse(jwk.publicKey) as Record<string, unknown>),
    kid: jwk.id,
  };
}
