import type { PreparedQuery } from '../database/prepared-queries.js';
import { accountColumns } from './account-row.js';
import { SUMMARY_FIELDS } from './account.js';

/** `$1` is the account's own id and `$2` the user. */
export const findAccount: PreparedQuery = {
  name: 'find_account',
  text: `select ${accountColumns()} from accounts a where a.id = $1 and a.user_id = $2`,
};

export const findAccountByKey: PreparedQuery = {
  name: 'find_account_by_key',
  text: `select ${accountColumns()} from accounts a where a.provider_id = $1 and a.provider_user_id = $2`,
};

/** `$1` is the user. */
export const listAccounts = (limit: number): PreparedQuery => ({
  name: 'list_accounts',
  text: `select ${accountColumns()} ${ofUser(limit)}`,
});

/** Without tokens and passwords, which are most of a row. `$1` is the user. */
export const listAccountSummaries = (limit: number): PreparedQuery => ({
  name: 'list_account_summaries',
  text: `select ${accountColumns(SUMMARY_FIELDS)} ${ofUser(limit)}`,
});

const ofUser = (limit: number) => `from accounts a where a.user_id = $1 order by a.created_at limit ${limit}`;
