import { hashArgon2id, isStrongArgon2id, parseArgon2 } from './argon2.js';
import { hashBcryptSha256, parseBcryptSha256 } from './bcrypt-sha256.js';
import { fitsBcrypt, hashBcrypt, parseBcrypt } from './bcrypt.js';
import { parseHash } from './formats.js';
import { type HashSecrets, verifies } from './formats/format.js';
import { hashFormat } from './hash-format.js';
import { hashScrypt } from './scrypt.js';

export interface PasswordSettings {
  readonly hash: 'bcrypt' | 'argon2id' | 'scrypt';
  /** Binary logarithm of the rounds, 4 to 20. */
  readonly bcryptCost: number;
  /** If it hashes, it replaces the hash above. */
  readonly functions?: PasswordFunctions | undefined;
}

/** Functions of a team that hash and verify passwords (Better Auth's `emailAndPassword.password`). */
export interface PasswordFunctions {
  readonly hash?: (password: string) => Promise<string>;
  readonly verify?: (data: { hash: string; password: string }) => Promise<boolean>;
}

/**
 * A new hash, computed on libuv's threads. Normalizes the password to NFKC first, because another system may send the
 * same password as other code points. Better Auth does this too (src/crypto/protocol.md, "Passwords").
 */
export function hashPassword(
  password: string,
  { hash, bcryptCost, functions }: PasswordSettings,
): Promise<string> {
  if (functions?.hash) return functions.hash(password);
  const normalized = password.normalize('NFKC');
  if (hash === 'argon2id') return hashArgon2id(normalized);
  if (hash === 'scrypt') return hashScrypt(normalized);
  return fitsBcrypt(normalized)
    ? hashBcrypt(normalized, bcryptCost)
    : hashBcryptSha256(normalized, bcryptCost);
}

/**
 * True if the stored hash was made from this password. Never throws. A hash in an unknown format matches nothing. If
 * NFKC changes the password, the original is tried too, because legacy applications did not normalize passwords.
 * Computed on libuv's threads, except for the formats that Node.js computes only on the main thread (formats/rounds.ts).
 */
export async function verifyPassword(
  stored: string,
  password: string,
  secrets: HashSecrets = {},
): Promise<boolean> {
  const hash = parseHash(stored);
  if (!hash) return false;
  for (const form of new Set([password.normalize('NFKC'), password])) {
    try {
      if (await verifies(hash, form, secrets)) return true;
    } catch {
      return false; // well-formed, but the library refused it: out of memory, or a field out of its bounds
    }
  }
  return false;
}

/**
 * True if a verified password should be hashed again, because its hash has another format or a lower cost than
 * `hashPassword` would give it now. A hash with a higher cost is kept.
 */
export function needsRehash(
  stored: string,
  password: string,
  { hash, bcryptCost }: PasswordSettings,
): boolean {
  if (hash === 'scrypt') return hashFormat(stored) !== 'scrypt';
  if (hash === 'argon2id') {
    const found = parseArgon2(stored);
    return !found || !isStrongArgon2id(found);
  }
  if (fitsBcrypt(password.normalize('NFKC'))) return isCheaper(parseBcrypt(stored), bcryptCost);
  const found = parseBcryptSha256(stored);
  return found?.version !== 2 || isCheaper(found, bcryptCost);
}

function isCheaper(found: { readonly cost: number } | undefined, cost: number): boolean {
  return !found || found.cost < cost;
}
