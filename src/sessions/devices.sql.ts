import type { PreparedQuery } from '../database/prepared-queries.js';

/** The devices of the latest sessions of the user `$1`, without the session `$2`. */
export const findDevices: PreparedQuery = {
  name: 'find_devices',
  text: `
select s.user_agent as "userAgent", s.ip_address as address
  from {sessions} s
 where s.user_id = $1 and s.id <> $2
 order by s.created_at desc
 limit 100`,
};
