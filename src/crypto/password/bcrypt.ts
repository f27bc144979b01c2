import bcrypt from 'bcrypt';
import { equalsConstantTime } from '../equals-constant-time.js';
import { randomToken } from '../random.js';

/** bcrypt ignores every byte of a password after the first 72. */
const SIGNIFICANT_BYTES = 72;
/** Each step doubles the time. Cost 20 takes about a minute; a costlier stored hash would only block a thread. */
export const MAX_BCRYPT_COST = 20;

export interface BcryptHash {
  /** Binary logarithm of the rounds, 4 to 20. */
  readonly cost: number;
  /** 22 characters of bcrypt's own base64. */
  readonly salt: string;
  /** 31 characters. */
  readonly digest: string;
}

/** `$2a$`, `$2b$` or `$2y$<cost>$<salt><digest>`; undefined if malformed or if the cost is out of bounds. */
export function parseBcrypt(stored: string): BcryptHash | undefined {
  const match = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/.exec(stored);
  return match ? bcryptHash(match[1], match[2], match[3]) : undefined;
}

/** Undefined if the cost is out of bounds. */
export function bcryptHash(cost = '', salt = '', digest = ''): BcryptHash | undefined {
  const rounds = Number(cost);
  return rounds >= 4 && rounds <= MAX_BCRYPT_COST ? { cost: rounds, salt, digest } : undefined;
}

/**
 * True if plain bcrypt can distinguish this password from every other. bcrypt reads only 72 bytes. It also repeats the
 * NUL-terminated password to fill its key, so `a` and `a\0a` would have the same hash.
 */
export function fitsBcrypt(password: string): boolean {
  return Buffer.byteLength(password) <= SIGNIFICANT_BYTES && !password.includes('\0');
}

/** `$2b$…`, 60 characters. Call it only if `fitsBcrypt(password)`. */
export function hashBcrypt(password: string, cost: number): Promise<string> {
  return bcrypt.hash(Buffer.from(password), cost);
}

/**
 * A bcrypt hash that belongs to no password. Making it costs no time; verifying against it costs as much as for a real
 * hash.
 */
export const madeUpBcrypt = (cost: number): string => bcrypt.genSaltSync(cost) + randomToken(31);

/**
 * Compares only the first 72 bytes, because legacy applications cut passwords there when they made the hash. A password
 * with a NUL never matches: legacy applications refused such passwords, and bcrypt confuses them (see `fitsBcrypt`).
 */
export async function verifyBcrypt(stored: string, password: string): Promise<boolean> {
  const hash = parseBcrypt(stored);
  if (!hash) return false;
  const matches = await matchesBcrypt(hash, Buffer.from(password).subarray(0, SIGNIFICANT_BYTES));
  return matches && !password.includes('\0');
}

/**
 * Replaces the package's own `compare`, which does not know `$2y$`, lets the length wrap at 256 under `$2a$`, and fails
 * on a salt whose unused last bits are set. All three prefixes mean the same computation.
 */
export async function matchesBcrypt({ cost, salt, digest }: BcryptHash, password: Buffer): Promise<boolean> {
  const computed = await bcrypt.hash(password, `$2b$${String(cost).padStart(2, '0')}$${salt}`);
  return equalsConstantTime(computed.slice(-digest.length), digest);
}
