/** Made of the user's id, so that whoever makes the account makes the same row: 32 characters, which are a UUID too. */
function accountId(userId: string): string {
  return `encode(substring(sha256(convert_to('gatehouse:credential:' || ${userId}::text, 'UTF8')) for 16), 'hex')`;
}

/** Under this name an account is noted whose id, which its table counts, tells nothing of where it came from. */
const COUNTED_ACCOUNTS = 'counted credential accounts';

interface NewAccounts {
  /** The type of `accounts.id`. */
  readonly idType: string;
  /** SQL: the user's id, the hash, and when the account was made and changed. */
  readonly userId: string;
  readonly password: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** What follows the values. */
  readonly rest: string;
}

/** The statement that makes the accounts of legacy passwords. */
export function insertAccounts(accounts: NewAccounts): string {
  const { idType, userId, password, createdAt, updatedAt, rest } = accounts;
  const isCounted = ['integer', 'bigint'].includes(idType);
  const [name, id] = isCounted ? ['', ''] : ['id, ', `${accountId(userId)}::${idType}, `];
  const insert = `
    insert into accounts (${name}user_id, provider_id, provider_user_id, password, created_at, updated_at)
    select ${id}${userId}, 'credential', ${userId}::text, ${password}::text, ${createdAt}, ${updatedAt} ${rest}`;
  if (!isCounted) return insert;
  return `
    with written as (${insert} returning id, xmax = 0 as made)
    insert into gatehouse_original_values (relation, row_id, was, became)
    select '${COUNTED_ACCOUNTS}', id::text, '{}', '{}' from written where made`;
}

/** Of the account `row`: it came from a legacy column. */
export function isBackfilledAccount(row: string): string {
  return `${row}.provider_id = 'credential' and (
    replace(${row}.id::text, '-', '') = ${accountId(`${row}.provider_user_id`)} or exists (
      select 1 from gatehouse_original_values o where o.relation = '${COUNTED_ACCOUNTS}' and o.row_id = ${row}.id::text))`;
}

/** The statement of `down`: accounts that came from a legacy column, and no others. */
export function forgetAccounts(): string {
  return `delete from accounts where ${isBackfilledAccount('accounts')}`;
}

/** The `ban_reason` by which a reactivation in the legacy application knows a ban that came from there. */
export const DEACTIVATED = 'Deactivated in the legacy application';

/**
 * A well-formed bcrypt hash that no password has: what stands in the legacy column when the password is another one by
 * now, in a format the legacy application cannot read. Its check of the old one then fails as for a wrong password.
 */
export const NO_PASSWORD = `$2b$12$${'.'.repeat(53)}`;
