import fc from 'fast-check';
import type { Pair } from '../pair.js';
import type { RandomStep } from './requests.js';
import { runSequence, type World } from './run-sequence.js';

const { RANDOM_RUNS, RANDOM_SEED } = process.env;

/** A replay sets these two. */
export const { RANDOM_PATH, RANDOM_SET } = process.env;

export const SEED = Number(RANDOM_SEED ?? 20_261);

/** @param usual number of sequences without `RANDOM_RUNS` */
export const runsOf = (usual: number): number => Number(RANDOM_RUNS ?? usual);

export interface Search {
  /** The option set. */
  readonly name: string;
  /** The part of its path by which npm finds the test. */
  readonly test: string;
  readonly world: World;
  readonly sequences: fc.Arbitrary<readonly RandomStep[]>;
  readonly runs: number;
  readonly seed: number;
}

/** @returns the smallest sequence with different answers and the command that replays it, or '' if there is none. */
export async function search(
  pair: Pair,
  { name, test, world, sequences, runs, seed }: Search,
): Promise<string> {
  const property = fc.asyncProperty(sequences, async (sequence) => {
    const report = await runSequence(pair, world, sequence);
    if (report !== '') throw new Error(report);
  });
  const path = RANDOM_PATH === undefined ? {} : { path: RANDOM_PATH };
  const result = await fc.check(property, { seed, numRuns: runs, ...path });
  if (!result.failed) return '';
  const replay = `RANDOM_SET='${name}' RANDOM_SEED=${seed} RANDOM_PATH='${result.counterexamplePath}'`;
  return `${String((result.errorInstance as Error | null)?.message)}\nreplay: ${replay} npm test -- ${test}`;
}
