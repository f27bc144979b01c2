import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a promise, and then until `milliseconds` have passed since the call. An error also comes only then. */
export async function atLeast<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  await Promise.allSettled([promise, sleep(milliseconds)]);
  return promise;
}
