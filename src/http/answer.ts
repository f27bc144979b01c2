import type { AccountData } from '../cookies/account-data.js';
import type { DeclaredCookie } from '../cookies/declared-cookie.js';
import type { AddedHeader } from './added-headers.js';
import type { RepeatableAnswer } from './repeated/repeatable-answer.js';
import type { IdentityRecord } from '../cookies/session-data/session-data.js';

/** A session that the client shall keep in cookies. */
export interface KeptSession extends IdentityRecord {
  /** False if the browser deletes the cookies when it closes. */
  readonly remember: boolean;
}

/** A cookie of a feature. Without a value the cookie expires. */
export interface WrittenCookie {
  readonly cookie: DeclaredCookie;
  readonly value?: string;
}

/** What an answer carries besides its body. `AnswerWriter` is the only reader. */
export interface AnswerParts {
  readonly cookies?: readonly WrittenCookie[];
  /** Expires every cookie of the session (src/cookies/protocol.md, "Deletion set"). */
  readonly signedOut?: boolean;
  /** The account that the user signed in with, for the cookie that names it. */
  readonly account?: AccountData;
  /** Writes the cookies of this session. */
  readonly signedIn?: KeptSession;
  /** The URL that the client may open next. It is sent in the header `Location` of an answer with a body. */
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

/** Redirects the browser with status 302. */
export class Redirect {
  constructor(
    readonly target: string,
    readonly parts: AnswerParts = {},
  ) {}
}
