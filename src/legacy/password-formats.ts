import type { LegacyPassword } from '../crypto/password/legacy-password.js';
import type { LegacyColumns } from './legacy-columns.js';

export {
  isUnusableHash,
  isUsableHash,
  isWeakHash,
  type LegacyPassword,
  storedHash,
} from '../crypto/password/legacy-password.js';

/** SQL of the legacy password of this row of `users`; undefined if there is none. */
export function legacyPassword(columns: LegacyColumns, row: string): LegacyPassword | undefined {
  const { password, passwordSalt, passwordFormat } = columns;
  if (password === undefined) return undefined;
  const salt = passwordSalt === undefined ? undefined : `${row}.${passwordSalt}`;
  return { hash: `${row}.${password}`, salt, format: passwordFormat };
}
