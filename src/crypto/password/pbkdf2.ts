import { pbkdf2 } from 'node:crypto';
import { equalsConstantTime } from '../equals-constant-time.js';

/** 10 million rounds take about 2.5 seconds and are several times Django's default. */
const MAX_ROUNDS = 10_000_000;
const DIGEST_BYTES = 32;

export interface Pbkdf2Hash {
  readonly rounds: number;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

/** Undefined if the rounds are out of bounds or the digest does not have the 32 bytes of SHA-256. */
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
