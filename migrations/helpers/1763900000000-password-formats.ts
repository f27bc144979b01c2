import type { QueryRunner } from 'typeorm';
import type { LegacyPassword } from '../../src/crypto/password/legacy-password.js';
import { quote } from './1763900000000-catalogue.js';
import { readChoices } from './1763900000000-choices.js';
import { columnFor, readLegacyColumns, type LegacyColumn } from './1763900000000-legacy-columns.js';

/**
 * The only code that migrations and server share. If each had its own list of formats, a migration could give an account
 * to a user whose password the server cannot verify, or give none to a user whose password it can verify.
 */
export {
  isUnusableHash,
  isUsableHash,
  isWeakHash,
  legacyFormatOf,
  legacyPasswordFaults,
  type LegacyPassword,
  storedHash,
} from '../../src/crypto/password/legacy-password.js';
export { parseHash } from '../../src/crypto/password/formats.js';
export { wrap, WRAPPED_PREFIX } from '../../src/crypto/password/formats/wrapped.js';

/** Names of the columns with the password and its salt, not quoted, and the format of what they hold. */
export interface PasswordColumns {
  readonly password: string;
  readonly passwordSalt?: string | undefined;
  readonly passwordFormat?: string | undefined;
}

/** Undefined if there is no legacy password. */
export function passwordColumns(
  columns: readonly LegacyColumn[],
  passwordFormat: string | undefined,
): PasswordColumns | undefined {
  const password = columnFor(columns, 'password')?.name;
  if (password === undefined) return undefined;
  return { password, passwordSalt: columnFor(columns, 'password_salt')?.name, passwordFormat };
}

/** The columns and the format with which the migrations began. */
export async function readPasswordColumns(queryRunner: QueryRunner): Promise<PasswordColumns | undefined> {
  const choices = await readChoices(queryRunner);
  return passwordColumns(await readLegacyColumns(queryRunner), choices.LEGACY_PASSWORD_FORMAT);
}

/** SQL of the legacy password of this row of `users`. */
export function legacyPassword(columns: PasswordColumns, row: string): LegacyPassword {
  const { password, passwordSalt, passwordFormat } = columns;
  return {
    hash: `${row}.${quote(password)}`,
    salt: passwordSalt === undefined ? undefined : `${row}.${quote(passwordSalt)}`,
    format: passwordFormat,
  };
}
