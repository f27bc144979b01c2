import { pbkdf2 } from 'node:crypto';
import { equalsConstantTime } from '../equals-constant-time.js';

/** Some 2.5 s, several times what Django has as its default. */
const MAX_ROUNDS = 10_000_000;
const DIGEST_BYTES = 32;

export interface Pbkdf2Hash {
  readonly rounds: number;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

/** Undefined when the rounds are out of bounds or the digest is not one of SHA-256. */
export function pbkdf2Hash(rounds: number, salt: Buffer, digest: Buffer): Pbkdf2Hash | undefined {
  const sensible = rounds >= 1 && rounds <= MAX_ROUNDS && digest.length === DIGEST_BYTES;
  return sensible ? { rounds, salt, digest } : undefined;
}

/** PBKDF2 with HMAC-SHA256 (RFC 8018 §5.2). */
export function matchesPbkdf2({ rounds, salt, digest }: Pbkdf2Hash, password: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, rounds, DIGEST_BYTES, 'sha256', (error, key) =>
      error ? reject(error) : resolve(equalsConstantTime(key, digest)),
    );
  });
}
