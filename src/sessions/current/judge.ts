import type { Config } from '../../config/config.js';
import type { ReadSession } from '../cache/session-reader.js';

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
      /** Milliseconds since 1970. Until then, this judgement stays correct. */
      readonly until: number;
    };

/** Third step: decides whether the session is valid and whether it should be renewed. */
export function judge(
  found: ReadSession | undefined,
  { now, refreshes }: Terms,
  settings: Config['session'],
): Judgement {
  if (!found) return { isLive: false, isExpired: false };
  const expiresAt = found.session.expiresAt.getTime();
  if (expiresAt <= now) return { isLive: false, isExpired: true };
  if (found.isBanned) return { isLive: false, isExpired: false };
  if (!refreshes || settings.disableSessionRefresh) return { isLive: true, isDue: false, until: expiresAt };
  const dueAt = expiresAt - renewedLife(settings);
  return { isLive: true, isDue: dueAt <= now, until: Math.min(expiresAt, dueAt) };
}

/** Milliseconds. If a session expires sooner than this, it was not renewed for `updateAge`, so it should be renewed now. */
export const renewedLife = ({ expiresIn, updateAge }: Config['session']) => (expiresIn - updateAge) * 1000;
