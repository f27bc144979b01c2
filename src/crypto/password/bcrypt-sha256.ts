import { createHash, createHmac } from 'node:crypto';
import bcrypt from 'bcrypt';
import { type BcryptHash, bcryptHash, matchesBcrypt } from './bcrypt.js';

export interface BcryptSha256Hash extends BcryptHash {
  readonly version: 1 | 2;
}

/**
 * passlib's bcrypt over SHA-256, for passwords of any length. Version 1 is `$bcrypt-sha256$2b,12$salt$digest`, version
 * 2 (since passlib 1.7.3) is `$bcrypt-sha256$v=2,t=2b,r=12$salt$digest`. Undefined if malformed or if the cost is out
 * of bounds. Source: passlib's `handlers/bcrypt.py` and its documentation of `bcrypt_sha256`.
 */
export function parseBcryptSha256(stored: string): BcryptSha256Hash | undefined {
  const match =
    /^\$bcrypt-sha256\$(?:(v=2),t=2b,r=|2[ab],)(\d{1,2})\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/.exec(
      stored,
    );
  const hash = match && bcryptHash(match[2], match[3], match[4]);
  return hash ? { version: match[1] ? 2 : 1, ...hash } : undefined;
}

/** Always writes version 2. */
export async function hashBcryptSha256(password: string, cost: number): Promise<string> {
  const salt = (await bcrypt.genSalt(cost)).slice('$2b$00$'.length);
  const computed = await bcrypt.hash(
    shortened(password, salt, 2),
    `$2b$${String(cost).padStart(2, '0')}$${salt}`,
  );
  return `$bcrypt-sha256$v=2,t=2b,r=${cost}$${salt}$${computed.slice(-31)}`;
}

export async function verifyBcryptSha256(stored: string, password: string): Promise<boolean> {
  const hash = parseBcryptSha256(stored);
  return hash !== undefined && matchesBcrypt(hash, shortened(password, hash.salt, hash.version));
}

/** 44 characters of base64, which fit into bcrypt's 72 bytes and contain no NUL. */
function shortened(password: string, salt: string, version: 1 | 2): Buffer {
  const hash = version === 2 ? createHmac('sha256', salt) : createHash('sha256');
  return Buffer.from(hash.update(password).digest('base64'));
}
