import { readlink } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

/** Of a processor that something else wants as well they get a quarter; as 10 a tenth, and a sign-in takes as much longer. */
const NICENESS = 5;
/** Questions put at once: enough for every one of libuv's threads to take one. */
const QUESTIONS = 32;
/** Rounds without a thread that was not known before, after which all are known. */
const LAST_ROUNDS = 3;

/**
 * Lets libuv's threads, on which passwords are hashed, wait for whatever else wants a processor: with as many hashes under
 * way as there are processors, every other answer would otherwise wait for its turn beside them. While the machine has
 * nothing else to do a hash takes no longer.
 * @returns the threads (Linux calls them tasks, gettid(2)); none on other systems, whose threads have no priority to set.
 */
export async function lowerHashPriority(): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const known = new Set<number>();
  for (let quiet = 0; quiet < LAST_ROUNDS; quiet++) {
    const before = known.size;
    // The link is read on one of these threads, and leads to whoever reads it: `<process>/task/<thread>`.
    const links = await Promise.all(Array.from({ length: QUESTIONS }, () => readlink('/proc/thread-self')));
    for (const link of links) known.add(Number(basename(link)));
    if (known.size > before) quiet = -1;
  }
  for (const thread of known) setPriority(thread, NICENESS);
  return [...known];
}
