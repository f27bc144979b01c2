import { randomToken } from '../random.js';
import { madeUpBcrypt } from './bcrypt.js';
import { hashPassword, type PasswordSettings } from './password-hasher.js';

const made = new Map<unknown, Promise<string>>();

/**
 * A hash that no password matches, made once per format and cost. The server verifies it if the user is unknown, so
 * that the answer takes as long as for a known user and the delay does not reveal which e-mail addresses have an
 * account.
 */
export function dummyHash(settings: PasswordSettings): Promise<string> {
  const key = settings.functions?.hash ?? `${settings.hash} ${settings.bcryptCost}`;
  const known = made.get(key);
  if (known) return known;
  const hash = make(settings);
  made.set(key, hash);
  hash.catch(() => made.delete(key)); // the next caller tries again
  return hash;
}

async function make(settings: PasswordSettings): Promise<string> {
  return settings.hash === 'bcrypt' && !settings.functions?.hash
    ? madeUpBcrypt(settings.bcryptCost)
    : hashPassword(randomToken(32), settings);
}
