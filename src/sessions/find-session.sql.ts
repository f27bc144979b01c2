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
  from sessions s
  join users u on u.id = s.user_id`;

/** Expired ones too: whoever finds one removes it. */
export const findSessionByToken = (fields: Fields): PreparedQuery => ({
  name: 'find_session_by_token',
  text: `${select(fields)}\n where s.token = $1`,
});

/** Of several tokens at once. The subquery keeps the plan the same for any number, so that PostgreSQL makes it once. */
export const findSessionsByTokens = (fields: Fields): PreparedQuery => ({
  name: 'find_sessions_by_tokens',
  text: `${select(fields)}\n where s.token = any (array(select unnest($1::text[])))`,
});

export const findSessionById = (fields: Fields): PreparedQuery => ({
  name: 'find_session_by_id',
  text: `${select(fields)}\n where s.id = $1`,
});

/** The same of several ids; the field of no row makes $1 an array of whatever type ids have in this database. */
export const findSessionsByIds = (fields: Fields): PreparedQuery => ({
  name: 'find_sessions_by_ids',
  text: `${select(fields)}\n where s.id = any (array(select unnest(array_remove($1, (null::sessions).id))))`,
});
