import type { PreparedQuery } from '../database/prepared-queries.js';
import { accountColumns } from './account-row.js';
import { SUMMARY_FIELDS } from './account.js';

/** `$1` is the account's own id and `$2` the user. */
export const findAccount: PreparedQuery = {
  name: 'find_account',
  text: `select ${accountColumns()} from {accounts} a where a.id = $1 and a.user_id = $2`,
};

export const findAccountByKey: PreparedQuery = {
  name: 'find_account_by_key',
  text: `select ${accountColumns()} from {accounts} a where a.provider_id = $1 and a.provider_user_id = $2`,
};

/** Nobody can delete the account or change it before the transaction ends. */
export const lockAccountByKey: PreparedQuery = {
  name: 'lock_account_by_key',
  text: `${findAccountByKey.text} for no key update of a`,
};

/** `$1` is the user. */
export const listAccounts = (limit: number): PreparedQuery => ({
  name: 'list_accounts',
  text: `select ${accountColumns()} from {accounts} a where a.user_id = $1 order by a.created_at limit ${limit}`,
});

/** Leaves out tokens and passwords, because they are most of a row's bytes. `$1` is the user. */
export const listAccountSummaries = (limit: number): PreparedQuery => ({
  name: 'list_account_summaries',
  text: `
select ${accountColumns(SUMMARY_FIELDS)}
  from {accounts} a
 where a.user_id = $1
 order by a.created_at
 limit ${limit}`,
});

/** The same for the users `$1`. PostgreSQL plans this only once, because the subquery hides how many users there are. */
export const listAccountSummariesOfUsers = (limit: number): PreparedQuery => ({
  name: 'list_account_summaries_of_users',
  text: `
select ${accountColumns(SUMMARY_FIELDS)}
  from unnest(array(select unnest(array_remove($1, (null::{accounts}).user_id)))) as wanted (user_id)
 cross join lateral (
   select * from {accounts}
    where accounts.user_id = wanted.user_id
    order by accounts.created_at
    limit ${limit}) a
 order by a.created_at`,
});
