import type { Config } from '../config/config.js';
import type { Session } from './session.js';

/**
 * True if the user signed in less than `session.freshAge` seconds ago, or if `freshAge` is 0. Extending the session does
 * not make it fresh.
 */
export function isFresh({ createdAt }: Session, { session: { freshAge } }: Pick<Config, 'session'>): boolean {
  return freshAge === 0 || Date.now() - createdAt.getTime() < freshAge * 1000;
}
