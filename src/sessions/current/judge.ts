import type { Config } from '../../config/config.js';
import type { ReadSession } from '../cache/session-reader.js';

/** What the request and the settings allow. */
export interface Terms {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether this request may renew the session, or may say that it is due. */
  readonly refreshes: boolean;
}

export type Judgement =
  | { readonly isLive: false; readonly isExpired: boolean }
  | {
      readonly isLive: true;
      /** Whether the session is to be renewed. */
      readonly isDue: boolean;
      /** Milliseconds since 1970: from then on, the judgement is another one. */
      readonly until: number;
    };

/** Third step: does the session hold, and is it due to be renewed? */
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

/** Milliseconds. A session that ends sooner than that was not renewed for `updateAge`, so it is due. */
export const renewedLife = ({ expiresIn, updateAge }: Config['session']) => (expiresIn - updateAge) * 1000;
