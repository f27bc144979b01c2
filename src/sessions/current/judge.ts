import type { Config } from '../../config/config.js';
import type { SessionLimits } from '../../config/session-limits.js';
import type { ReadSession } from '../cache/session-reader.js';
import { endOf, lastEnd, recordedFrom } from './limits.js';

/** The time, and what the request allows. */
export interface Terms {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** True if this request may renew the session, or may report that it should be renewed. */
  readonly refreshes: boolean;
}

export type Judgement =
  | { readonly isLive: false; readonly isExpired: boolean }
  | {
      readonly isLive: true;
      /** True if the session should be renewed. */
      readonly isDue: boolean;
      /** True if this request should be recorded as a use of the session, because the session would otherwise become idle. */
      readonly isUnrecorded: boolean;
      /** Milliseconds since 1970. Until then, this judgement stays correct. */
      readonly until: number;
    };

/** Third step: decides whether the session is valid and whether it should be renewed. */
export function judge(
  found: ReadSession | undefined,
  { now, refreshes }: Terms,
  settings: Config['session'],
  limits: SessionLimits,
): Judgement {
  if (!found) return { isLive: false, isExpired: false };
  const { session, isBanned } = found;
  const end = endOf(session, limits);
  if (end <= now) return { isLive: false, isExpired: true };
  if (isBanned) return { isLive: false, isExpired: false };
  const dueAt = refreshes
    ? dueFrom(session.expiresAt.getTime(), lastEnd(session, limits), settings)
    : Infinity;
  const unrecordedAt = recordedFrom(session, limits);
  return {
    isLive: true,
    isDue: dueAt <= now,
    isUnrecorded: unrecordedAt <= now,
    until: Math.min(end, dueAt, unrecordedAt),
  };
}

/** A session whose end cannot move is never due. */
function dueFrom(expiresAt: number, last: number, settings: Config['session']): number {
  const isFixed = settings.disableSessionRefresh || expiresAt >= last;
  return isFixed ? Infinity : expiresAt - renewedLife(settings);
}

/** Milliseconds. If a session expires sooner than this, it was not renewed for `updateAge`, so it should be renewed now. */
export const renewedLife = ({ expiresIn, updateAge }: Config['session']) => (expiresIn - updateAge) * 1000;
