import type { DeclaredCookie } from '../cookies/declared-cookie.js';
import type { Options } from './options.js';

/** A cookie that a feature adds to those of the session. */
export interface ContributedCookie extends DeclaredCookie {
  /** True if the server expires the cookie together with those of the session, such as at sign-out. */
  readonly endsWithSession?: (options: Options) => boolean;
}
