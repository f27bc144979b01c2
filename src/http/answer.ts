import type { AccountData } from '../cookies/account-data.js';
import type { StateCookie } from '../cookies/session-cookies.js';
import type { AddedHeader } from './added-headers.js';
import type { RepeatableAnswer } from './repeated/repeatable-answer.js';
import type { IdentityRecord } from '../cookies/session-data/session-data.js';

/** A session that the client is to keep. */
export interface KeptSession extends IdentityRecord {
  /** False: its cookies end with the browser. */
  readonly remember: boolean;
}

/** What an answer carries besides its body. `AnswerWriter` is the only reader. */
export interface AnswerParts {
  /** The browser's half of a sign-in at a provider. Without a value the cookie expires. */
  readonly state?: { readonly cookie: StateCookie; readonly value?: string };
  /** Expires every cookie of the session (protocol.md §2.6). */
  readonly signedOut?: boolean;
  /** The account that the user signed in with, for the cookie that names it. */
  readonly account?: AccountData;
  /** Writes the cookies of this session. */
  readonly signedIn?: KeptSession;
  /** Where the client may go on: the header `Location` beside a body. */
  readonly location?: string;
  /** Headers that features add. */
  readonly headers?: readonly AddedHeader[];
  /** Promises that the same request gets the same body for a while. */
  readonly repeatable?: RepeatableAnswer;
}

/** The answer of a route that does more than send a body. */
export class Answer<Body = unknown> {
  constructor(
    readonly body: Body,
    readonly parts: AnswerParts = {},
  ) {}
}

/** Sends the browser on with status 302. */
export class Redirect {
  constructor(
    readonly target: string,
    readonly parts: AnswerParts = {},
  ) {}
}
