import { readlink } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

/** At 5 the threads get a quarter of a processor that something else wants too; at 10 a tenth, and sign-ins slow down. */
const NICENESS = 5;
/** Reads started at once: enough that each of libuv's threads gets one. */
const QUESTIONS = 32;
/** Rounds, if a busy machine lets a thread wait all the time. */
const MOST_ROUNDS = 100;
/** libuv's own default. */
const USUAL_THREADS = 4;

/**
 * Lowers the priority of libuv's threads, which hash passwords. Otherwise, with as many hashes running as there are
 * processors, every other request would wait for them. On an idle machine a hash takes no longer.
 * @returns the ids of the threads (tasks in Linux's words, gettid(2)). Empty on other systems, because their threads
 * have no own priority.
 */
export async function lowerHashPriority(): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const known = new Set<number>();
  const threads = Number(process.env['UV_THREADPOOL_SIZE']) || USUAL_THREADS;
  for (let round = 0; round < MOST_ROUNDS && known.size < threads; round++) {
    // libuv reads the link on one of its threads, and the link names that thread: `<process>/task/<thread>`.
    const links = await Promise.all(Array.from({ length: QUESTIONS }, () => readlink('/proc/thread-self')));
    for (const link of links) known.add(Number(basename(link)));
  }
  for (const thread of known) setPriority(thread, NICENESS);
  return [...known];
}
