/**
 * A well-formed bcrypt hash that no password has. It stands in the legacy column while the password is hashed in a format
 * that the legacy application cannot read, so a sign-in there fails as with a wrong password.
 */
export const NO_PASSWORD = `$2b$12$${'.'.repeat(53)}`;

/** SQL: every bcrypt library reads this hash. `$2y$` is left out because only PHP writes it. */
function isReadable(hash: string): string {
  return `(${hash} like '$2a$%' or ${hash} like '$2b$%')`;
}

/** SQL: what the legacy column gets for the hash of the account; null if it stays as it is. `column` is quoted. */
export function writtenBack(hash: string, column: string): string {
  return `case when ${isReadable(hash)} then ${hash} when ${column} is not null then '${NO_PASSWORD}' end`;
}

/** SQL on the user `u` and the account `a`: the legacy column lacks the password, or the replacement for it. */
export function passwordDiffers(column: string): string {
  const given = writtenBack('a.password', `u.${column}`);
  return `a.provider_id = 'credential' and a.user_id = u.id and a.provider_user_id = u.id::text
    and a.password is distinct from u.${column}::text and ${given} is distinct from u.${column}::text`;
}
