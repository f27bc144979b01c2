import type { AdditionalField } from '../config/additional-fields.js';
import type { PreparedQuery } from '../database/prepared-queries.js';
import { userColumnsWithoutId, type UserRow } from '../users/user-row.js';
import { sessionColumns, type SessionRow } from './session-row.js';

/** A session with its user, in one row. */
export type IdentityRow = SessionRow & UserRow;

interface Fields {
  readonly user: readonly AdditionalField[];
  readonly session: readonly AdditionalField[];
}

const select = ({ user, session }: Fields) => `
select ${sessionColumns(session)}, ${userColumnsWithoutId(user)}
  from {sessions} s
  join {users} u on u.id = s.user_id`;

/** Also finds expired sessions, because the caller deletes them. */
export const findSessionByToken = (fields: Fields): PreparedQuery => ({
  name: 'find_session_by_token',
  text: `${select(fields)}\n where s.token = $1`,
});

/**
 * For several tokens. With the subquery, the plan is the same for any number of tokens, so PostgreSQL makes it only once.
 */
export const findSessionsByTokens = (fields: Fields): PreparedQuery => ({
  name: 'find_sessions_by_tokens',
  text: `${select(fields)}\n where s.token = any (array(select unnest($1::text[])))`,
});

export const findSessionById = (fields: Fields): PreparedQuery => ({
  name: 'find_session_by_id',
  text: `${select(fields)}\n where s.id = $1`,
});

/** For several ids. `(null::{sessions}).id` gives $1 the type of the id column, because databases differ in that type. */
export const findSessionsByIds = (fields: Fields): PreparedQuery => ({
  name: 'find_sessions_by_ids',
  text: `${select(fields)}\n where s.id = any (array(select unnest(array_remove($1, (null::{sessions}).id))))`,
});
