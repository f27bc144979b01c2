import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** 256 random bits, made at the first call and kept in a file only this user reads. */
export async function localSecret(folder: string, name: string): Promise<string> {
  const file = join(folder, name);
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known.length >= 32) return known;
  const secret = randomBytes(32).toString('base64url');
  await writeFile(file, secret, { mode: 0o600 });
  return secret;
}
