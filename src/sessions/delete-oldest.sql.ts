import type { PreparedQuery } from '../database/prepared-queries.js';

/** `no key update` lets other transactions insert sessions of the user `$1` meanwhile. */
export const lockUser: PreparedQuery = {
  name: 'lock_user_for_sessions',
  text: `select 1 from {users} u where u.id = $1 for no key update`,
};

/** Of the user's sessions that end after `$2`, deletes those older than the newest `$4`. Does not count or delete `$3`. */
export const deleteOldest: PreparedQuery = {
  name: 'delete_oldest_sessions',
  text: `
delete from {sessions} where id in (
  select s.id from {sessions} s
   where s.user_id = $1 and s.expires_at > $2 and s.id <> $3
   order by s.created_at desc
  offset $4)`,
};
