import type { AdditionalField } from '../config/additional-fields.js';
import { selectAdditional } from '../additional-fields/additional-select.js';
import type { PreparedQuery } from '../database/prepared-queries.js';

export interface CredentialRow {
  id: string;
  name: string;
  email: string;
  is_email_verified: boolean;
  image: string | null;
  created_at: Date;
  updated_at: Date;
  account_id: string | null;
  password: string | null;
}

/**
 * `$1` is the e-mail in lower case. The second condition is that of a partial index, which holds only the legacy rows
 * that could not be brought to lower case, because then two would have been the same.
 */
export const findCredentials = (userFields: readonly AdditionalField[]): PreparedQuery => ({
  name: 'find_credentials',
  text: `
select u.id::text as id, u.name, u.email, u.is_email_verified, u.image, u.created_at, u.updated_at,
       a.id::text as account_id, a.password${selectAdditional('u', userFields)}
  from users u
  left join accounts a on a.provider_id = 'credential' and a.provider_user_id = u.id::text and a.user_id = u.id
 where u.email = $1
    or (u.email <> lower(btrim(u.email)) and lower(btrim(u.email)) = $1)
 limit 10`,
});
