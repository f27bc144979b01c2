import { randomBytes } from 'node:crypto';
import argon2 from 'argon2';

/** OWASP's first recommendation for argon2id: memory in KiB, passes, lanes. */
const OWASP = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Limits for stored hashes: 1 GiB of memory, 4 GiB written over all passes (about 5 seconds), 64 threads. */
const MAX_MEMORY = 1_048_576;
const MAX_WORK = 4 * MAX_MEMORY;
const MAX_LANES = 64;

export interface Argon2Hash {
  readonly variant: 'argon2id' | 'argon2i';
  /** 19 is the current version (RFC 9106), 16 the one before. A hash without a version has version 16. */
  readonly version: number;
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

const STORED =
  /^\$(argon2id|argon2i)(?:\$v=(16|19))?\$((?:[mtp]=\d{1,7},){2}[mtp]=\d{1,7})\$[A-Za-z0-9+/]{11,512}\$[A-Za-z0-9+/]{22,512}$/;

/**
 * `$argon2id$v=19$m=…,t=…,p=…$salt$digest` (PHC string format). The parameters may come in any order, because the
 * argon2 package writes `m,p,t`. Undefined if malformed or above the limits for stored hashes.
 */
export function parseArgon2(stored: string): Argon2Hash | undefined {
  const [, name, version, parameters = ''] = STORED.exec(stored) ?? [];
  const of = new Map(parameters.split(',').map((pair) => [pair[0], Number(pair.slice(2))]));
  const [memory = 0, passes = 0, lanes = 0] = [of.get('m'), of.get('t'), of.get('p')];
  const sensible = of.size === 3 && passes >= 1 && lanes >= 1 && lanes <= MAX_LANES && memory >= 8 * lanes;
  if (!sensible || memory > MAX_MEMORY || memory * passes > MAX_WORK) return undefined;
  const variant = name === 'argon2i' ? 'argon2i' : 'argon2id';
  return { variant, version: Number(version ?? 16), memory, passes, lanes };
}

/** True if the hash needs at least as much memory and as much work as a new hash. */
export function isStrongArgon2id({ variant, version, memory, passes }: Argon2Hash): boolean {
  const work = memory * passes;
  const strong = memory >= OWASP.memoryCost && work >= OWASP.memoryCost * OWASP.timeCost;
  return variant === 'argon2id' && version === 19 && strong;
}

/**
 * Formats the hash itself, because libargon2, and so Python and PHP, accept the parameters only in the order `m,t,p`.
 */
export async function hashArgon2id(password: string): Promise<string> {
  const salt = randomBytes(16);
  const digest = await argon2.hash(password, { ...OWASP, salt, type: argon2.argon2id, raw: true });
  const { memoryCost, timeCost, parallelism } = OWASP;
  const parameters = `m=${memoryCost},t=${timeCost},p=${parallelism}`;
  return `$argon2id$v=19$${parameters}$${unpadded(salt)}$${unpadded(digest)}`;
}

export async function verifyArgon2(stored: string, password: string): Promise<boolean> {
  return parseArgon2(stored) !== undefined && argon2.verify(stored, password);
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
