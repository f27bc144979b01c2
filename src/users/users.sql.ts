import type { AdditionalField } from '../config/additional-fields.js';
import type { PreparedQuery } from '../database/prepared-queries.js';
import { assignmentsText, insertText, type ColumnValues } from '../database/write-text.js';
import { hasAddressSql } from './address.sql.js';
import { isBannedSql } from './ban.sql.js';
import { userColumns } from './user-row.js';

type Fields = readonly AdditionalField[];

const HAS_EMAIL = hasAddressSql('u');

export const findUserById = (fields: Fields): PreparedQuery => ({
  name: 'find_user_by_id',
  text: `select ${userColumns(fields)} from {users} u where u.id = $1`,
});

/** Locks the row, so that the user cannot be deleted before the transaction has given them a session. */
export const isUserBanned: PreparedQuery = {
  name: 'is_user_banned',
  text: `select ${isBannedSql('u')} as is_banned from {users} u where u.id = $1 for key share of u`,
};

export const lockUser: PreparedQuery = {
  name: 'lock_user',
  text: 'select 1 from {users} u where u.id = $1 for no key update of u',
};

/** `$1` is in lower case. */
export const findUsersByEmail = (fields: Fields): PreparedQuery => ({
  name: 'find_users_by_email',
  text: `select ${userColumns(fields)} from {users} u where ${HAS_EMAIL} limit 10`,
});

/** Has no `limit 1`, because PostgreSQL would then read the whole table, expecting to find a row early. */
export const findEmail: PreparedQuery = {
  name: 'find_email',
  text: `select 1 from {users} u where ${HAS_EMAIL}`,
};

export const addUser = (values: ColumnValues, fields: Fields): PreparedQuery => ({
  name: hasConfigured(values, fields) ? undefined : 'add_user',
  text: `${insertText('{users} as u', values)} returning ${userColumns(fields)}`,
});

/** `$1` is the id. The values start at `$2`. */
export const updateUser = (values: ColumnValues, fields: Fields): PreparedQuery => ({
  // One name for each set of columns; the longest has 57 of the 63 characters that PostgreSQL reads.
  name: hasConfigured(values, fields) ? undefined : ['update_user', ...Object.keys(values)].join('_'),
  text: `update {users} as u set ${assignmentsText(values, 2)} where u.id = $1 returning ${userColumns(fields)}`,
});

/** Updates the user `$1` only while the e-mail is `$2`. The values start at `$3`. */
export const updateUserWithEmail = (values: ColumnValues, fields: Fields): PreparedQuery => ({
  text: `update {users} as u set ${assignmentsText(values, 3)} where u.id = $1 and u.email = $2 returning ${userColumns(fields)}`,
});

/** A statement with configured fields gets no name, because a connection should not remember every set of such fields. */
function hasConfigured(values: ColumnValues, fields: Fields): boolean {
  return fields.some(({ column }) => column in values);
}
