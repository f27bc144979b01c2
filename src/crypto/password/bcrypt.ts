import bcrypt from 'bcrypt';
import { equalsConstantTime } from '../equals-constant-time.js';
import { randomToken } from '../random.js';

/** bcrypt ignores every byte of a password past this one. */
const SIGNIFICANT_BYTES = 72;
/** Each step doubles the time; 20 takes about a minute, so a costlier stored hash would only block a thread. */
export const MAX_BCRYPT_COST = 20;

export interface BcryptHash {
  /** Binary logarithm of the rounds, 4 to 20. */
  readonly cost: number;
  /** 22 characters of bcrypt's own base64. */
  readonly salt: string;
  /** 31 characters. */
  readonly digest: string;
}

/** `$2a$`, `$2b$` or `$2y$<cost>$<salt><digest>`; undefined when malformed or absurdly costly. */
export function parseBcrypt(stored: string): BcryptHash | undefined {
  const match = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/.exec(stored);
  return match ? bcryptHash(match[1], match[2], match[3]) : undefined;
}

/** Undefined when the cost is out of bounds. */
export function bcryptHash(cost = '', salt = '', digest = ''): BcryptHash | undefined {
  const rounds = Number(cost);
  return rounds >= 4 && rounds <= MAX_BCRYPT_COST ? { cost: rounds, salt, digest } : undefined;
}

/**
 * Whether plain bcrypt tells this password from every other: it must end within 72 bytes, and it repeats the
 * NUL-terminated password to fill its key, so `a` and `a\0a` would be the same.
 */
export function fitsBcrypt(password: string): boolean {
  return Buffer.byteLength(password) <= SIGNIFICANT_BYTES && !password.includes('\0');
}

/** `$2b$…`, 60 characters; only for a password that `fitsBcrypt`. */
export function hashBcrypt(password: string, cost: number): Promise<string> {
  return bcrypt.hash(Buffer.from(password), cost);
}

/** A hash of no password that anybody knows, made in no time; to verify one against it takes as long as against any other. */
export const madeUpBcrypt = (cost: number): string => bcrypt.genSaltSync(cost) + randomToken(31);

/**
 * The legacy applications cut at 72 bytes when they made the hash, so this does too. A password with a NUL
 * never matches: they refused those, and bcrypt confuses them (see `fitsBcrypt`).
 */
export async function verifyBcrypt(stored: string, password: string): Promise<boolean> {
  const hash = parseBcrypt(stored);
  if (!hash) return false;
  const matches = await matchesBcrypt(hash, Buffer.from(password).subarray(0, SIGNIFICANT_BYTES));
  return matches && !password.includes('\0');
}

/**
 * Not the package's own `compare`: it does not know `$2y$`, lets the length wrap at 256 under `$2a$`, and
 * fails on a salt whose unused last bits are set. The three prefixes mean the same computation.
 */
export async function matchesBcrypt({ cost, salt, digest }: BcryptHash, password: Buffer): Promise<boolean> {
  const computed = await bcrypt.hash(password, `$2b$${String(cost).padStart(2, '0')}$${salt}`);
  return equalsConstantTime(computed.slice(-digest.length), digest);
}
