/** SQL: the same id for the same user, whoever creates the account. It has 32 characters, so a UUID column takes it too. */
function accountId(userId: string): string {
  return `encode(substring(sha256(convert_to('gatehouse:credential:' || ${userId}::text, 'UTF8')) for 16), 'hex')`;
}

/** An account whose table counts its ids is noted under this name, because the id does not tell where it came from. */
const COUNTED_ACCOUNTS = 'counted credential accounts';

interface NewAccounts {
  /** The type of `accounts.id`. */
  readonly idType: string;
  /** SQL: the user's id, the hash, and the times at which the account was created and changed. */
  readonly userId: string;
  readonly password: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** What follows the values. */
  readonly rest: string;
}

/** The statement that creates the accounts of legacy passwords. */
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
