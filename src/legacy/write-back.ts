import { WRAPPED_PREFIX } from '../crypto/password/formats/wrapped.js';
import { type LegacyPassword, storedHash } from './password-formats.js';

/**
 * A well-formed bcrypt hash that matches no password. The legacy column gets it if the legacy application cannot read the
 * format of the real hash, so that a sign-in there fails as with a wrong password.
 */
export const NO_PASSWORD = `$2b$12$${'.'.repeat(53)}`;

/** SQL: true if every bcrypt library reads this hash. Excludes `$2y$`, because only PHP writes it. */
function isReadable(hash: string): string {
  return `(${hash} like '$2a$%' or ${hash} like '$2b$%')`;
}

/**
 * SQL: the value that the legacy column gets for the account's hash; null if it stays unchanged. `column` is quoted. A
 * wrapped hash was made from the legacy column, so that column keeps its value.
 */
export function writtenBack(hash: string, column: string): string {
  return `case when ${isReadable(hash)} then ${hash}
    when starts_with(${hash}, '${WRAPPED_PREFIX}') then ${column}::text when ${column} is not null then '${NO_PASSWORD}' end`;
}

/** SQL on the user `u` and the account `a`: true if the legacy column differs from the value it should get. */
export function passwordDiffers(legacy: LegacyPassword): string {
  const given = writtenBack('a.password', legacy.hash);
  return `a.provider_id = 'credential' and a.user_id = u.id and a.provider_user_id = u.id::text
    and a.password is distinct from ${storedHash(legacy)} and ${given} is distinct from ${legacy.hash}::text`;
}
