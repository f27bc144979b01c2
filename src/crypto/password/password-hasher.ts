import { hashArgon2id, isStrongArgon2id, parseArgon2, verifyArgon2 } from './argon2.js';
import { hashBcryptSha256, parseBcryptSha256, verifyBcryptSha256 } from './bcrypt-sha256.js';
import { fitsBcrypt, hashBcrypt, parseBcrypt, verifyBcrypt } from './bcrypt.js';
import { verifyDjangoPbkdf2 } from './django-pbkdf2.js';
import { type HashFormat, hashFormat } from './hash-format.js';
import { verifyPasslibPbkdf2 } from './passlib-pbkdf2.js';
import { hashScrypt, verifyScrypt } from './scrypt.js';

export interface PasswordSettings {
  readonly hash: 'bcrypt' | 'argon2id' | 'scrypt';
  /** Binary logarithm of the rounds, 4 to 20. */
  readonly bcryptCost: number;
}

const VERIFIERS: Record<HashFormat, (stored: string, password: string) => Promise<boolean>> = {
  bcrypt: verifyBcrypt,
  'bcrypt-sha256': verifyBcryptSha256,
  scrypt: verifyScrypt,
  argon2id: verifyArgon2,
  argon2i: verifyArgon2,
  'django-pbkdf2': verifyDjangoPbkdf2,
  pbkdf2: verifyPasslibPbkdf2,
};

/**
 * A new hash, computed on libuv's threads. Normalizes the password to NFKC first, because another system may send the
 * same password as other code points. Better Auth does this too (src/crypto/protocol.md, "Passwords").
 */
export function hashPassword(password: string, { hash, bcryptCost }: PasswordSettings): Promise<string> {
  const normalized = password.normalize('NFKC');
  if (hash === 'argon2id') return hashArgon2id(normalized);
  if (hash === 'scrypt') return hashScrypt(normalized);
  return fitsBcrypt(normalized)
    ? hashBcrypt(normalized, bcryptCost)
    : hashBcryptSha256(normalized, bcryptCost);
}

/**
 * True if the stored hash was made from this password. Computed on libuv's threads; never throws. A hash in an unknown
 * format matches nothing. If NFKC changes the password, the original is tried too, because legacy applications did not
 * normalize passwords.
 */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const format = hashFormat(stored);
  if (!format) return false;
  for (const form of new Set([password.normalize('NFKC'), password])) {
    if (await verifies(format, stored, form)) return true;
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

async function verifies(format: HashFormat, stored: string, password: string): Promise<boolean> {
  try {
    return await VERIFIERS[format](stored, password);
  } catch {
    return false; // well-formed, but the library refused it: out of memory, or a field out of its bounds
  }
}
