import { Observed } from '../metrics/observed.js';

export interface PasswordHash {
  /** A hash first waits in the queue, then it is computed. */
  readonly phase: 'wait' | 'compute';
}

/** Every password hash, for a new password or a verification. */
export const PASSWORD_HASHES = new Observed<PasswordHash>();
