import type pg from 'pg';
import { sqlState } from '../../database/sql-state.js';

/** True while changes of sessions and users are sent. The triggers send nothing as long as no server has a cache. */
export const IS_SENT = 'exists (select from gatehouse.session_caches)';

/** Somebody has deleted the registration, so changes are not sent any more. */
export class NotRegistered extends Error {
  override readonly name = 'NotRegistered';

  constructor() {
    super('its row in gatehouse.session_caches was deleted. The server adds it again');
  }
}

/** Milliseconds. */
const LOCK_TIMEOUT = 1000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Makes the triggers send every change from now on. The lock waits for the transactions that have changed something
 * without sending it.
 * @param client is listening already.
 * @returns false if such a transaction is still open after a second.
 */
export async function registerCache(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ sent: boolean }>(`select ${IS_SENT} as sent`);
  if (rows[0]?.sent) return true;
  try {
    // The driver sends this as one transaction.
    await client.query(
      `set local lock_timeout = ${LOCK_TIMEOUT};
       select pg_advisory_xact_lock(hashtext('gatehouse:session-caches'));
       insert into gatehouse.session_caches default values on conflict do nothing`,
    );
    return true;
  } catch (error) {
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    return false;
  }
}
