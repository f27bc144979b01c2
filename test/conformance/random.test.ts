import fc from 'fast-check';
import { startPair, type Pair } from './pair.js';
import { RANDOM_SETS } from './random/option-sets.js';
import { sequences } from './random/requests.js';
import { isFault, makeKeys, runSequence } from './random/run-sequence.js';

const { RANDOM_RUNS, RANDOM_SEED, RANDOM_PATH, RANDOM_SET } = process.env;

/** Number of sequences, summed over all option sets. */
const RUNS = Number(RANDOM_RUNS ?? 60);
/** Number of sequences that run at the same time. Each sequence has its own users. */
const LANES = RANDOM_PATH === undefined ? 6 : 1;
const SEED = Number(RANDOM_SEED ?? 20_261);

const chosen = RANDOM_SETS.filter(({ name }) => RANDOM_SET === undefined || name === RANDOM_SET);

/** Milliseconds. Shrinking a failure to its smallest sequence takes many runs. */
const TIMEOUT = 900_000;

describe.each(chosen)('random sequences: $name', ({ name, cookie, ...optionSet }) => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await startPair(optionSet);
    await makeKeys(pair);
  });

  afterAll(() => pair.stop());

  test(
    'both servers give the same answers, and Gatehouse logs no fault',
    async () => {
      const runs = Math.ceil(RUNS / chosen.length / LANES);
      const lanes = Array.from({ length: LANES }, (_, lane) =>
        search(pair, { name, cookie, runs, seed: seedOf(name, lane) }),
      );
      expect((await Promise.all(lanes)).filter((found) => found !== '').join('\n\n')).toBe('');
      const { gatehouse } = pair.all();
      expect(gatehouse.written().split('\n').filter(isFault)).toEqual([]);
    },
    TIMEOUT,
  );
});

/** Gives each lane its own seed, except in a replay, which uses the given seed. */
const seedOf = (name: string, lane: number): number =>
  SEED + (RANDOM_PATH === undefined ? 100 * RANDOM_SETS.findIndex((set) => set.name === name) + lane : 0);

interface Lane {
  readonly name: string;
  readonly cookie: string;
  readonly runs: number;
  readonly seed: number;
}

/** @returns the smallest sequence with different answers and the command that replays it, or '' if there is none. */
async function search(pair: Pair, { name, cookie, runs, seed }: Lane): Promise<string> {
  const property = fc.asyncProperty(sequences, async (sequence) => {
    const report = await runSequence(pair, cookie, sequence);
    if (report !== '') throw new Error(report);
  });
  const path = RANDOM_PATH === undefined ? {} : { path: RANDOM_PATH };
  const result = await fc.check(property, { seed, numRuns: runs, ...path });
  if (!result.failed) return '';
  const replay = `RANDOM_SET='${name}' RANDOM_SEED=${seed} RANDOM_PATH='${result.counterexamplePath}'`;
  return `${String((result.errorInstance as Error | null)?.message)}\nreplay: ${replay} npm test -- conformance/random`;
}
