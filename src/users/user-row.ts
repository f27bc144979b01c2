import { additionalOf, selectAdditional } from '../additional-fields/additional-select.js';
import type { AdditionalField } from '../config/additional-fields.js';
import { isBannedSql } from './ban.sql.js';
import type { User } from './user.js';

/** The columns that `userColumns` selects. */
export interface UserRow {
  user_id: string;
  user_name: string;
  user_email: string;
  user_is_email_verified: boolean;
  user_image: string | null;
  user_created_at: Date;
  user_updated_at: Date;
  user_is_banned: boolean;
}

/** The columns of `users u`. Each name starts with `user_`, so that a join can add the columns of other tables. */
export const userColumns = (fields: readonly AdditionalField[]): string =>
  `u.id::text as user_id, ${userColumnsWithoutId(fields)}`;

/** For a join with a table that has a `user_id` of its own. */
export const userColumnsWithoutId = (fields: readonly AdditionalField[]): string =>
  `u.name as user_name, u.email as user_email, u.is_email_verified as user_is_email_verified, u.image as user_image,
       u.created_at as user_created_at, u.updated_at as user_updated_at,
       ${isBannedSql('u')} as user_is_banned${selectAdditional('u', fields)}`;

export function userFromRow(row: UserRow, fields: readonly AdditionalField[]): User {
  return {
    id: row.user_id,
    name: row.user_name,
    email: row.user_email,
    emailVerified: row.user_is_email_verified,
    image: row.user_image,
    createdAt: row.user_created_at,
    updatedAt: row.user_updated_at,
    additional: additionalOf('u', fields, row),
  };
}
