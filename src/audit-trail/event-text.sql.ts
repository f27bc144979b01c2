import { createHash } from 'node:crypto';

/** SQL of the text whose hash goes into the chain. It has every column of the event `e`. */
export const EVENT_TEXT = `jsonb_build_array(
  e.id, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.event, e.actor, e.subject, e.session_id,
  e.address, e.user_agent, e.request_id, e.reason, e.db_role, e.details)::text`;

/** The first event of the chain follows this hash, because no event comes before it. */
export const BEGINNING: Buffer = Buffer.alloc(32);

/** SHA-256 of the hash before and the event. */
export const chainHash = (previous: Buffer, text: string): Buffer =>
  createHash('sha256').update(previous).update(text).digest();
