import type { Config } from '../config/config.js';
import type { Session } from './session.js';

/** True if the user signed in within `session.freshAge`. When the session was last extended does not count. */
export function isFresh({ createdAt }: Session, { session: { freshAge } }: Pick<Config, 'session'>): boolean {
  return freshAge === 0 || Date.now() - createdAt.getTime() < freshAge * 1000;
}
