/**
 * SQL: an id computed from the user's id, so that triggers, migrations and server agree. 32 hex digits are also a valid
 * UUID.
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
  /** The type of `accounts.id`. */
  readonly idType: string;
  /** SQL: the user's id, the hash, and the times at which the account was created and changed. */
  readonly userId: string;
  readonly password: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** SQL after the selected values: `from`, `where`, `on conflict`. */
  readonly rest: string;
}

/** SQL that creates credential accounts for legacy passwords. */
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
    insert into gatehouse.original_values (relation, row_id, was, became)
    select '${COUNTED_ACCOUNTS}', id::text, '{}', '{}' from written where made`;
}
