import { createHash, hkdfSync, randomUUID } from 'node:crypto';
import { EncryptJWT, decodeProtectedHeader, jwtDecrypt, type JWTPayload } from 'jose';

const ALGORITHM = 'dir';
const ENCRYPTION = 'A256CBC-HS512';
const KEY_BYTES = 64;
const INFO = 'BetterAuth.js Generated Encryption Key';

const DECRYPTION = {
  /** Seconds by which the clocks of two servers may differ. */
  clockTolerance: 15,
  keyManagementAlgorithms: [ALGORITHM],
  contentEncryptionAlgorithms: [ENCRYPTION, 'A256GCM'],
};

export interface EncryptionKey {
  readonly bytes: Uint8Array;
  /** RFC 7638 thumbprint. It identifies the secret that encrypted a token. */
  readonly kid: string;
}

export interface OpenedJwt {
  readonly payload: JWTPayload;
  /** Index of the key that opened the token. */
  readonly index: number;
}

/**
 * HKDF-SHA256 of the secret (RFC 5869; src/cookies/protocol.md, "Session data").
 * @param salt the kind of cookie. Each kind has its own key, so a value of one kind cannot be used as another.
 */
export function encryptionKeyOf(secret: string, salt = 'better-auth-session'): EncryptionKey {
  const bytes = new Uint8Array(hkdfSync('sha256', secret, salt, INFO, KEY_BYTES));
  const jwk = JSON.stringify({ k: Buffer.from(bytes).toString('base64url'), kty: 'oct' });
  return { bytes, kid: createHash('sha256').update(jwk).digest('base64url') };
}

/**
 * A JWT encrypted directly with the derived key (RFC 7516; src/cookies/protocol.md, "Session data", strategy
 * `jwe`).
 * @param expiresAt milliseconds since 1970.
 */
export function encryptJwt(claims: object, expiresAt: number, key: EncryptionKey): Promise<string> {
  return new EncryptJWT({ ...claims })
    .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION, kid: key.kid })
    .setIssuedAt()
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .setJti(randomUUID())
    .encrypt(key.bytes);
}

/**
 * Tries only the key that `kid` names, or every key if the token has no `kid`. Undefined if no key opens the token or
 * if it expired more than 15 seconds ago. Never rejects.
 */
export async function decryptJwt(
  value: string,
  keys: readonly EncryptionKey[],
): Promise<OpenedJwt | undefined> {
  const header = headerOf(value);
  if (!header) return undefined;
  for (const [index, key] of keys.entries()) {
    if (header.kid !== undefined && header.kid !== key.kid) continue;
    // A256GCM uses a key half as long.
    const bytes = header.enc === ENCRYPTION ? key.bytes : key.bytes.subarray(0, KEY_BYTES / 2);
    const payload = await decrypted(value, bytes);
    if (payload) return { payload, index };
  }
  return undefined;
}

async function decrypted(value: string, key: Uint8Array): Promise<JWTPayload | undefined> {
  try {
    return (await jwtDecrypt(value, key, DECRYPTION)).payload;
  } catch {
    return undefined;
  }
}

function headerOf(value: string): { enc?: string; kid?: string } | undefined {
  try {
    return decodeProtectedHeader(value);
  } catch {
    return undefined;
  }
}
