import { setTimeout as sleep } from 'node:timers/promises';
import { isWorthARetry } from '../errors/unavailable.js';

const TRIES = 4;
/** Milliseconds before the second try. Before each further try it is twice as long. */
const PAUSE = 10;

/**
 * Repeats work that PostgreSQL ended for a serialisation failure or a deadlock.
 * @param work must change nothing outside of the database.
 */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried === TRIES || !isWorthARetry(error)) throw error;
      // A random time, so that the same transactions do not meet again.
      await sleep(PAUSE * 2 ** tried * Math.random());
    }
  }
}
