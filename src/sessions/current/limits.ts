import type { SessionLimits } from '../../config/session-limits.js';
import type { Session } from '../session.js';

type Times = Pick<Session, 'createdAt' | 'updatedAt' | 'expiresAt'>;

/** The server records a use after this part of the idle lifetime, so that not every request writes. */
const RECORDED = 1 / 10;

/** Returns when the session ends, in milliseconds since 1970. */
export function endOf(session: Times, limits: SessionLimits): number {
  const { idle } = limits;
  const idleEnd = idle === undefined ? Infinity : session.updatedAt.getTime() + idle * 1000;
  return Math.min(session.expiresAt.getTime(), lastEnd(session, limits), idleEnd);
}

/** Returns the end that no renewal can exceed, in milliseconds since 1970. */
export function lastEnd({ createdAt }: Pick<Times, 'createdAt'>, { absolute }: SessionLimits): number {
  return absolute === undefined ? Infinity : createdAt.getTime() + absolute * 1000;
}

/** Returns from when on a request must be recorded as a use of the session, in milliseconds since 1970. */
export function recordedFrom({ updatedAt }: Pick<Times, 'updatedAt'>, { idle }: SessionLimits): number {
  return idle === undefined ? Infinity : updatedAt.getTime() + idle * 1000 * RECORDED;
}
