import { additionalOf, selectAdditional } from '../additional-fields/additional-select.js';
import type { AdditionalField } from '../config/additional-fields.js';
import type { Session } from './session.js';

/** A row with the columns that `sessionColumns` selects. */
export interface SessionRow {
  id: string;
  user_id: string;
  token: string;
  expires_at: Date;
  ip_address: string | null;
  user_agent: string | null;
  created_at: Date;
  updated_at: Date;
}

/** The columns of `sessions s`. */
export const sessionColumns = (fields: readonly AdditionalField[]): string =>
  `s.id::text as id, s.user_id::text as user_id, s.token, s.expires_at, s.ip_address, s.user_agent,
       s.created_at, s.updated_at${selectAdditional('s', fields)}`;

export function sessionFromRow(row: SessionRow, fields: readonly AdditionalField[]): Session {
  return {
    id: row.id,
    userId: row.user_id,
    token: row.token,
    expiresAt: row.expires_at,
    ipAddress: row.ip_address,
    userAgent: row.user_agent,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    additional: additionalOf('s', fields, row),
  };
}
