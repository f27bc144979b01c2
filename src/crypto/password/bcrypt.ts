import bcrypt from 'bcrypt';
import { randomToken } from '../random.js';
import { type Derive, type Format, matches } from './formats/format.js';

/** bcrypt ignores every byte of a password after the first 72. */
const SIGNIFICANT_BYTES = 72;
/** OWASP's minimum. */
const STRONG_COST = 10;

/** Each step of the cost doubles the time. Cost 20 takes about a minute; a costlier hash would only block a thread. */
const STORED = /^\$2[aby]\$(0[4-9]|1\d|20)\$([./A-Za-z0-9]+)$/;
const WEAK = /^\$2.\$0/;
const LENGTH = 60;

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
  const [, cost, rest = ''] = (stored.length === LENGTH && STORED.exec(stored)) || [];
  return cost ? { cost: Number(cost), salt: rest.slice(0, 22), digest: rest.slice(22) } : undefined;
}

export const isWeakCost = (cost: number): boolean => cost < STRONG_COST;

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
 * Reads only the first 72 bytes, because legacy applications cut passwords there when they made the hash. A password
 * with a NUL never matches: legacy applications refused such passwords, and bcrypt confuses them (see `fitsBcrypt`).
 */
async function derive(hash: BcryptHash, password: string): Promise<Buffer> {
  const digest = await bcryptDigest(hash, Buffer.from(password).subarray(0, SIGNIFICANT_BYTES));
  return password.includes('\0') ? Buffer.alloc(0) : digest;
}

/**
 * Replaces the package's own `compare`, which does not know `$2y$`, lets the length wrap at 256 under `$2a$`, and fails
 * on a salt whose unused last bits are set. All three prefixes mean the same computation.
 */
export async function bcryptDigest(
  { cost, salt, digest }: BcryptHash,
  password: Buffer | string,
): Promise<Buffer> {
  const computed = await bcrypt.hash(password, `$2b$${String(cost).padStart(2, '0')}$${salt}`);
  return Buffer.from(computed.slice(-digest.length));
}

const bcryptFormat = (peppers: boolean): Format => ({
  id: 'bcrypt',
  about: 'bcrypt; with `LEGACY_PASSWORD_PEPPER` also of password and pepper, as Devise makes it',
  example: '$2b$12$…',
  prefix: '$2',
  isUsable: (hash) => `length(${hash}) = ${LENGTH} and ${matches(hash, STORED)}`,
  isWeak: (hash) => matches(hash, WEAK),
  parse: (stored) => {
    const hash = parseBcrypt(stored);
    if (!hash) return undefined;
    return {
      digest: Buffer.from(hash.digest),
      weak: isWeakCost(hash.cost),
      bare: stored.slice(0, -hash.digest.length) + '.'.repeat(hash.digest.length),
      derivations: ({ pepper }) => {
        const plain: Derive = (password) => derive(hash, password);
        // Devise: most users come with a peppered hash, so the pepper is tried first.
        return peppers && pepper ? [(password) => plain(password + pepper), plain] : [plain];
      },
    };
  },
});

export const BCRYPT = bcryptFormat(true);
/** bcrypt inside of a format whose applications know no pepper. */
export const BCRYPT_WITHOUT_PEPPER = bcryptFormat(false);
