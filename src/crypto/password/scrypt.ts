import { randomBytes, scrypt } from 'node:crypto';
import { equalsConstantTime } from '../equals-constant-time.js';

const KEY_BYTES = 64;
const PARAMETERS = { N: 16_384, r: 16, p: 1, maxmem: 128 * 16_384 * 16 * 2 };

/** Better Auth's `<salt>:<key>`: 32 and 128 hex characters (src/crypto/protocol.md, "Passwords"). */
export function parseScrypt(stored: string): { salt: string; key: string } | undefined {
  const match = /^([0-9a-f]{32}):([0-9a-f]{128})$/i.exec(stored);
  return match?.[1] && match[2] ? { salt: match[1], key: match[2] } : undefined;
}

export async function hashScrypt(password: string): Promise<string> {
  const salt = randomBytes(16).toString('hex');
  return `${salt}:${(await deriveKey(password, salt)).toString('hex')}`;
}

export async function verifyScrypt(stored: string, password: string): Promise<boolean> {
  const hash = parseScrypt(stored);
  if (!hash) return false;
  return equalsConstantTime(await deriveKey(password, hash.salt), Buffer.from(hash.key, 'hex'));
}

/** Like Better Auth, uses the hex text of the salt and not the bytes it encodes. */
function deriveKey(password: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, PARAMETERS, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
