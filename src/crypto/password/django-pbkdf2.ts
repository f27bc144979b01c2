import { matchesPbkdf2, type Pbkdf2Hash, pbkdf2Hash } from './pbkdf2.js';

/**
 * Django's `pbkdf2_sha256$<rounds>$<salt>$<base64>`, whose salt is plain text. Undefined if malformed or if the rounds
 * are out of bounds. Source: `django.contrib.auth.hashers.PBKDF2PasswordHasher`.
 */
export function parseDjangoPbkdf2(stored: string): Pbkdf2Hash | undefined {
  const match = /^pbkdf2_sha256\$(\d{1,8})\$([^$]{1,512})\$([A-Za-z0-9+/]{43}=)$/.exec(stored);
  if (!match) return undefined;
  return pbkdf2Hash(Number(match[1]), Buffer.from(match[2] ?? ''), Buffer.from(match[3] ?? '', 'base64'));
}

export async function verifyDjangoPbkdf2(stored: string, password: string): Promise<boolean> {
  const hash = parseDjangoPbkdf2(stored);
  return hash !== undefined && matchesPbkdf2(hash, password);
}
