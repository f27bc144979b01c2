import {
  type LegacyPassword,
  legacyFormatOf,
  legacyPasswordFaults,
} from '../../src/crypto/password/legacy-password.js';
import { quote } from './1763900000000-catalogue.js';

/**
 * The only code that migrations and server share. If each had its own list of formats, a migration could give an account
 * to a user whose password the server cannot verify, or refuse it to one whose password it can.
 */
export {
  isUnusableHash,
  isUsableHash,
  isWeakHash,
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
export function passwordColumns(columns: Partial<PasswordColumns>): PasswordColumns | undefined {
  const { password, passwordSalt, passwordFormat } = columns;
  return password === undefined ? undefined : { password, passwordSalt, passwordFormat };
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

/** What the variables say about salt and format, and what is wrong with it. `has` is true for a column of `users`. */
export function choosePasswordFormat(has: (column: string) => boolean): {
  readonly columns: Pick<PasswordColumns, 'passwordSalt' | 'passwordFormat'>;
  readonly findings: readonly string[];
} {
  const findings = legacyPasswordFaults(process.env);
  const named = process.env['LEGACY_PASSWORD_SALT_COLUMN'];
  const passwordSalt = named && named !== 'none' ? named : undefined;
  if (passwordSalt && !has(passwordSalt)) {
    findings.push(
      `LEGACY_PASSWORD_SALT_COLUMN names "${passwordSalt}", which users does not have. Correct the name.`,
    );
  }
  return { columns: { passwordSalt, passwordFormat: legacyFormatOf(process.env) }, findings };
}
