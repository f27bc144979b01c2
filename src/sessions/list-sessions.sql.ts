import type { AdditionalField } from '../config/additional-fields.js';
import type { PreparedQuery } from '../database/prepared-queries.js';
import { sessionColumns } from './session-row.js';

/** The sessions of the user `$1` that end after `$2`. */
export const listSessions = (fields: readonly AdditionalField[], limit: number): PreparedQuery => ({
  name: 'list_sessions',
  text: `
select ${sessionColumns(fields)}
  from sessions s
 where s.user_id = $1 and s.expires_at > $2
 order by s.created_at
 limit ${limit}`,
});
