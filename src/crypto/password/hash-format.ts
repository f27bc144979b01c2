import { parseArgon2 } from './argon2.js';
import { parseBcryptSha256 } from './bcrypt-sha256.js';
import { parseBcrypt } from './bcrypt.js';
import { parseDjangoPbkdf2 } from './django-pbkdf2.js';
import { parsePasslibPbkdf2 } from './passlib-pbkdf2.js';
import { parseScrypt } from './scrypt.js';

export type HashFormat =
  'bcrypt' | 'bcrypt-sha256' | 'scrypt' | 'argon2id' | 'argon2i' | 'django-pbkdf2' | 'pbkdf2';

/** Undefined if no password can match: unknown format, malformed, or so costly that it would block the server. */
export function hashFormat(stored: string): HashFormat | undefined {
  if (parseBcrypt(stored)) return 'bcrypt';
  if (parseBcryptSha256(stored)) return 'bcrypt-sha256';
  if (parseScrypt(stored)) return 'scrypt';
  if (parseDjangoPbkdf2(stored)) return 'django-pbkdf2';
  if (parsePasslibPbkdf2(stored)) return 'pbkdf2';
  return parseArgon2(stored)?.variant;
}
