import { startPair, type Pair } from './pair.js';
import { RANDOM_SETS } from './random/option-sets.js';
import { sequences } from './random/requests.js';
import { isFault, makeKeys } from './random/run-sequence.js';
import { RANDOM_PATH, RANDOM_SET, runsOf, search, SEED } from './random/search.js';
import { worldOf } from './random/world.js';

/** Number of sequences, summed over all option sets. */
const RUNS = runsOf(60);
/** Number of sequences that run at the same time. Each sequence has its own users. */
const LANES = RANDOM_PATH === undefined ? 6 : 1;

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
        search(pair, {
          name,
          test: 'conformance/random.test',
          world: worldOf(cookie),
          sequences,
          runs,
          seed: seedOf(name, lane),
        }),
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
