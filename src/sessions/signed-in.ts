import type { AnswerParts } from '../http/answer.js';
import type { Identity } from './session.js';

/** A user with the session that they have just been given. */
export interface SignedIn extends Identity {
  /** False: the session ends with the browser. */
  readonly remember: boolean;
}

/** What an answer must carry so that the client keeps a new session. Without one it carries nothing. */
export const keptIf = (signedIn: SignedIn | undefined): AnswerParts => (signedIn ? { signedIn } : {});
