import type { AdditionalField } from '../config/additional-fields.js';
import type { PreparedQuery } from '../database/prepared-queries.js';
import { hasAddressSql } from '../users/address.sql.js';
import { userColumns, type UserRow } from '../users/user-row.js';

export interface CredentialRow extends UserRow {
  account_id: string | null;
  password: string | null;
}

/**
 * `$1` is the e-mail in lower case.
 */
export const findCredentials = (userFields: readonly AdditionalField[]): PreparedQuery => ({
  name: 'find_credentials',
  text: `
select ${userColumns(userFields)}, a.id::text as account_id, a.password
  from {users} u
  left join {accounts} a on a.provider_id = 'credential' and a.provider_user_id = u.id::text and a.user_id = u.id
 where ${hasAddressSql('u')}
 limit 10`,
});

const PASSWORD = 'select a.password from {accounts} a where a.id = $1';

export const lockPassword: PreparedQuery = {
  name: 'lock_password',
  text: `${PASSWORD} for no key update of a`,
};

export const sharePassword: PreparedQuery = { name: 'share_password', text: `${PASSWORD} for share of a` };
