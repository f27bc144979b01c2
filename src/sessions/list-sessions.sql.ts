import type { AdditionalField } from '../config/additional-fields.js';
import type { PreparedQuery } from '../database/prepared-queries.js';
import { sessionColumns } from './session-row.js';

type Fields = readonly AdditionalField[];

/** The sessions of the user `$1` that end after `$2`. */
export const listSessions = (fields: Fields, limit: number): PreparedQuery => ({
  name: 'list_sessions',
  text: `
select ${sessionColumns(fields)}
  from {sessions} s
 where s.user_id = $1 and s.expires_at > $2
 order by s.created_at
 limit ${limit}`,
});

/**
 * For several users `$1`, in no order, because `listActive` sorts the sessions of each. With the subquery, the plan is the
 * same for any number of users, so PostgreSQL makes it only once.
 */
export const listSessionsOfUsers = (fields: Fields, limit: number): PreparedQuery => ({
  name: 'list_sessions_of_users',
  text: `
select ${sessionColumns(fields)}
  from unnest(array(select unnest(array_remove($1, (null::{sessions}).user_id)))) as wanted (user_id)
 cross join lateral (
   select * from {sessions}
    where sessions.user_id = wanted.user_id and sessions.expires_at > $2
    order by sessions.created_at
    limit ${limit}) s`,
});
