import type { AnswerParts } from '../http/answer.js';
import type { Identity } from './session.js';

/** A user with their new session. */
export interface SignedIn extends Identity {
  /** False if the session ends when the browser closes. */
  readonly remember: boolean;
}

/**
 * Returns what an answer must carry so that the client gets the cookies of a new session. Without a session, it is empty.
 */
export const keptIf = (signedIn: SignedIn | undefined): AnswerParts => (signedIn ? { signedIn } : {});
