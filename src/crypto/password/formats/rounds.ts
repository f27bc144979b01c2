import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds for which a hash may hold up the event loop. */
const TURN_MS = 2;
/** Rounds between two looks at the clock. A round takes about 2 microseconds. */
const ROUNDS_PER_LOOK = 128;

/**
 * Repeats `round`. Node.js computes these hashes on the main thread, so other requests get their turn after every 2 ms.
 */
export async function repeat(rounds: number, round: (index: number) => void): Promise<void> {
  let began = performance.now();
  for (let index = 0; index < rounds; index++) {
    round(index);
    if ((index + 1) % ROUNDS_PER_LOOK === 0 && performance.now() - began > TURN_MS) {
      await nextTurn();
      began = performance.now();
    }
  }
}
