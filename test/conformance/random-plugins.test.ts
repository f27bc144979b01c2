import { startPair, type Pair } from './pair.js';
import { ALL_PLUGINS } from './plugin-options.js';
import { pluginSequences } from './random/plugin-requests.js';
import { PLUGIN_WORLD } from './random/plugin-world.js';
import { makeKeys } from './random/run-sequence.js';
import { RANDOM_PATH, runsOf, search, SEED } from './random/search.js';

const NAME = 'plugins';

/** Number of sequences. The usual number has more than `FEWEST_STEPS` steps. */
const RUNS = runsOf(100);
const FEWEST_STEPS = 600;

/** Milliseconds. Shrinking a failure to its smallest sequence takes many runs. */
const TIMEOUT = 900_000;

let pair: Pair;

beforeAll(async () => {
  pair = await startPair(ALL_PLUGINS);
  await makeKeys(pair);
});

afterAll(() => pair.stop());

test(
  'both servers give the same answers to sequences of requests for routes of plugins',
  async () => {
    let steps = 0;
    const sequences = pluginSequences.map((sequence) => {
      steps += sequence.length;
      return sequence;
    });
    const found = await search(pair, {
      name: NAME,
      test: 'conformance/random-plugins',
      world: PLUGIN_WORLD,
      sequences,
      runs: RUNS,
      seed: SEED,
    });
    expect(found).toBe('');
    expect(pair.undocumented).toEqual([]);
    if (RANDOM_PATH === undefined) expect(steps).toBeGreaterThanOrEqual(Math.min(FEWEST_STEPS, RUNS));
  },
  TIMEOUT,
);
