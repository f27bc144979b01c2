import type { AdditionalField } from '../config/additional-fields.js';
import { selectAdditional } from '../additional-fields/additional-select.js';
import type { PreparedQuery } from '../database/prepared-queries.js';
import { isBannedSql } from '../users/ban.sql.js';

/** A session with its user, in one row. */
export interface SessionRow {
  id: string;
  user_id: string;
  token: string;
  expires_at: Date;
  ip_address: string | null;
  user_agent: string | null;
  created_at: Date;
  updated_at: Date;
  user_name: string;
  user_email: string;
  user_is_email_verified: boolean;
  user_image: string | null;
  user_created_at: Date;
  user_updated_at: Date;
  user_is_banned: boolean;
}

interface Fields {
  readonly user: readonly AdditionalField[];
  readonly session: readonly AdditionalField[];
}

const select = ({ user, session }: Fields) => `
select s.id::text as id, s.user_id::text as user_id, s.token, s.expires_at, s.ip_address, s.user_agent, s.created_at, s.updated_at,
       u.name as user_name, u.email as user_email, u.is_email_verified as user_is_email_verified, u.image as user_image,
       u.created_at as user_created_at, u.updated_at as user_updated_at,
       ${isBannedSql('u')} as user_is_banned${selectAdditional('s', session)}${selectAdditional('u', user)}
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
