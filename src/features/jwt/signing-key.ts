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

/** The algorithms of keys (RFC 7518 §3.1, RFC 8037 §3.1). The first is the default. */
export const ALGORITHMS = ['ES256', 'EdDSA', 'ES512', 'PS256', 'RS256'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** The kind of keys that the server makes. */
export interface KeyKind {
  readonly alg: Algorithm;
  /** Bits of the modulus. Only RSA keys have one. */
  readonly modulusLength: number;
}

interface MadePair {
  readonly publicKey: Buffer;
  readonly privateKey: Buffer;
}

// Keys are generated as DER, because exporting a generated key as a JWK can hang Node forever if garbage collection runs
// then.
const publicKeyEncoding = { type: 'spki', format: 'der' } as const;
const privateKeyEncoding = { type: 'pkcs8', format: 'der' } as const;

const generate = promisify(generateKeyPair);
const curve = (namedCurve: string) => (): Promise<MadePair> =>
  generate('ec', { namedCurve, publicKeyEncoding, privateKeyEncoding });
const rsa = ({ modulusLength }: KeyKind): Promise<MadePair> =>
  generate('rsa', { modulusLength, publicKeyEncoding, privateKeyEncoding });

const MAKE: Readonly<Record<Algorithm, (kind: KeyKind) => Promise<MadePair>>> = {
  ES256: curve('P-256'),
  ES512: curve('P-521'),
  EdDSA: () => generate('ed25519', { publicKeyEncoding, privateKeyEncoding }),
  PS256: rsa,
  RS256: rsa,
};

export interface NewKey {
  readonly kind: KeyKind;
  readonly encryptionKey: EncryptionKey;
  readonly now: Date;
  readonly expiresAt: Date | null;
}

/**
 * Creates a row for the table `jwks`, in the format of Better Auth's jwt plugin
 * (src/features/jwt/protocol.md, "Keys").
 */
export async function newSigningKey({ kind, encryptionKey, now, expiresAt }: NewKey): Promise<Jwk> {
  const made = await MAKE[kind.alg](kind);
  const privateKey = createPrivateKey({ key: made.privateKey, type: 'pkcs8', format: 'der' });
  const publicKey = createPublicKey({ key: made.publicKey, type: 'spki', format: 'der' });
  const ciphertext = encrypt(JSON.stringify(privateKey.export({ format: 'jwk' })), encryptionKey);
  const publicJwk = publicKey.export({ format: 'jwk' });
  return {
    id: randomToken(32),
    publicKey: JSON.stringify(publicJwk),
    privateKey: JSON.stringify(ciphertext),
    alg: kind.alg,
    crv: publicJwk.crv ?? null,
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

/**
 * Returns the public key for `GET /jwks` (RFC 7517), with its members in the order of the protocol.
 * @param configured the algorithm of keys that name none.
 */
export function presentJwk(jwk: Jwk, configured: Algorithm): Record<string, unknown> {
  return {
    alg: jwk.alg ?? configured,
    ...(jwk.crv ? { crv: jwk.crv } : {}),
    ...(JSON.parse(jwk.publicKey) as Record<string, unknown>),
    kid: jwk.id,
  };
}
