import { tableName } from './1763900000000-tables.js';

/**
 * SQL of an id computed from the user's id, so that backfill and triggers create the same row. 32 hex digits, also a
 * valid UUID.
 */
function accountId(userId: string): string {
  return `encode(substring(sha256(convert_to('gatehouse:credential:' || ${userId}::text, 'UTF8')) for 16), 'hex')`;
}

/**
 * Name under which `gatehouse.original_values` lists accounts with numeric ids, because such an id does not show who made
 * the account.
 */
const COUNTED_ACCOUNTS = 'counted credential accounts';

interface NewAccounts {
  /** SQL of the table, with an alias if `rest` needs one. By default the table in the first schema of `search_path`. */
  readonly table?: string;
  /** The type of `accounts.id`. */
  readonly idType: string;
  /** SQL of the user's id, the hash, and the account's two times. */
  readonly userId: string;
  readonly password: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** SQL after the values. */
  readonly rest: string;
}

/** The statement that creates accounts from legacy passwords. */
export function insertAccounts(accounts: NewAccounts): string {
  const { table = tableName('accounts'), idType, userId, password, createdAt, updatedAt, rest } = accounts;
  const isCounted = ['integer', 'bigint'].includes(idType);
  const [name, id] = isCounted ? ['', ''] : ['id, ', `${accountId(userId)}::${idType}, `];
  const insert = `
    insert into ${table} (${name}user_id, provider_id, provider_user_id, password, created_at, updated_at)
    select ${id}${userId}, 'credential', ${userId}::text, ${password}::text, ${createdAt}, ${updatedAt} ${rest}`;
  if (!isCounted) return insert;
  return `
    with written as (${insert} returning id, xmax = 0 as made)
    insert into gatehouse.original_values (relation, row_id, was, became)
    select '${COUNTED_ACCOUNTS}', id::text, '{}', '{}' from written where made`;
}

/** SQL: true if the account `row` was made from a legacy password. */
export function isBackfilledAccount(row: string): string {
  return `${row}.provider_id = 'credential' and (
    replace(${row}.id::text, '-', '') = ${accountId(`${row}.provider_user_id`)} or exists (
      select 1 from gatehouse.original_values o where o.relation = '${COUNTED_ACCOUNTS}' and o.row_id = ${row}.id::text))`;
}

/** The statement with which `down` deletes the accounts that were made from legacy passwords. */
export function forgetAccounts(): string {
  return `delete from ${tableName('accounts')} where ${isBackfilledAccount(tableName('accounts'))}`;
}

/**
 * A well-formed bcrypt hash that matches no password. The legacy column gets it if the new password's hash has a format
 * the legacy application cannot read. The old password then fails there like a wrong one.
 */
export const NO_PASSWORD = `$2b$12$${'.'.repeat(53)}`;
