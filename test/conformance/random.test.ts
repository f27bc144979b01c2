import fc from 'fast-check';
import { startPair, type Pair } from './pair.js';
import { RANDOM_SETS } from './random/option-sets.js';
import { sequences } from './random/requests.js';
import { isFault, makeKeys, runSequence } from './random/run-sequence.js';

const { RANDOM_RUNS, RANDOM_SEED, RANDOM_PATH, RANDOM_SET } = process.env;

/** Over all option sets. */
const RUNS = Number(RANDOM_RUNS ?? 60);
/** Sequences at a time, each with people of its own. */
const LANES = RANDOM_PATH === undefined ? 6 : 1;
const SEED = Number(RANDOM_SEED ?? 20_261);

const chosen = RANDOM_SETS.filter(({ name }) => RANDOM_SET === undefined || name === RANDOM_SET);

/** Milliseconds; the smallest sequence that fails takes its time to find. */
const PATIENCE = 900_000;

describe.each(chosen)('random sequences: $name', ({ name, cookie, ...optionSet }) => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await startPair(optionSet);
    await makeKeys(pair);
  });

  afterAll(() => pair.stop());

  test(
    'both servers answer alike, and Gatehouse never fails',
    async () => {
      const runs = Math.ceil(RUNS / chosen.length / LANES);
      const lanes = Array.from({ length: LANES }, (_, lane) =>
        search(pair, { name, cookie, runs, seed: seedOf(name, lane) }),
      );
      expect((await Promise.all(lanes)).filter((found) => found !== '').join('\n\n')).toBe('');
      const { gatehouse } = pair.all();
      expect(gatehouse.written().split('\n').filter(isFault)).toEqual([]);
    },
    PATIENCE,
  );
});

/** Another for each, unless one is given. */
const seedOf = (name: string, lane: number): number =>
  SEED + (RANDOM_PATH === undefined ? 100 * RANDOM_SETS.findIndex((set) => set.name === name) + lane : 0);

interface Lane {
  readonly name: string;
  readonly cookie: string;
  readonly runs: number;
  readonly seed: number;
}

/** The smallest sequence that differs, with what replays it; empty when there is none. */
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
