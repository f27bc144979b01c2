import type { AdditionalField } from '../config/additional-fields.js';
import type { PreparedQuery } from '../database/prepared-queries.js';
import { userColumns, type UserRow } from '../users/user-row.js';

export interface CredentialRow extends UserRow {
  account_id: string | null;
  password: string | null;
}

/**
 * `$1` is the e-mail in lower case. The second condition matches a partial index. That index holds only the legacy rows
 * whose e-mail could not be changed to lower case, because another user already has it.
 */
export const findCredentials = (userFields: readonly AdditionalField[]): PreparedQuery => ({
  name: 'find_credentials',
  text: `
select ${userColumns(userFields)}, a.id::text as account_id, a.password
  from {users} u
  left join {accounts} a on a.provider_id = 'credential' and a.provider_user_id = u.id::text and a.user_id = u.id
 where u.email = $1
    or (u.email <> lower(btrim(u.email)) and lower(btrim(u.email)) = $1)
 limit 10`,
});
