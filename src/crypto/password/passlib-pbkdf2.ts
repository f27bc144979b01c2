import { matchesPbkdf2, type Pbkdf2Hash, pbkdf2Hash } from './pbkdf2.js';

/**
 * passlib's `$pbkdf2-sha256$<rounds>$<salt>$<digest>` in its "adapted base64" (`.` for `+`, no padding). Undefined if
 * malformed or if the rounds are out of bounds. Source: passlib's documentation of `pbkdf2_sha256`.
 */
export function parsePasslibPbkdf2(stored: string): Pbkdf2Hash | undefined {
  const match = /^\$pbkdf2-sha256\$(\d{1,8})\$([./A-Za-z0-9]{0,1366})\$([./A-Za-z0-9]{43})$/.exec(stored);
  return match ? pbkdf2Hash(Number(match[1]), bytesOf(match[2]), bytesOf(match[3])) : undefined;
}

export async function verifyPasslibPbkdf2(stored: string, password: string): Promise<boolean> {
  const hash = parsePasslibPbkdf2(stored);
  return hash !== undefined && matchesPbkdf2(hash, password);
}

function bytesOf(adapted = ''): Buffer {
  return Buffer.from(adapted.replaceAll('.', '+'), 'base64');
}
