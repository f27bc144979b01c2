import { startPair, type Pair } from './pair.js';
import { IDENTITY } from './plugin-options.js';
import { identitySequences } from './random/identity-requests.js';
import { IDENTITY_WORLD } from './random/identity-world.js';
import { makeKeys } from './random/run-sequence.js';
import { RANDOM_PATH, runsOf, search, SEED } from './random/search.js';

const NAME = 'identity';

/** Number of sequences. The usual number has more than `FEWEST_STEPS` steps. */
const RUNS = runsOf(40);
const FEWEST_STEPS = 300;

/** Milliseconds. Shrinking a failure to its smallest sequence takes many runs. */
const TIMEOUT = 900_000;

let pair: Pair;

beforeAll(async () => {
  pair = await startPair(IDENTITY);
  await makeKeys(pair);
});

afterAll(() => pair.stop());

test(
  'both servers give the same answers to sequences of requests of clients, companies and directories',
  async () => {
    let steps = 0;
    const sequences = identitySequences.map((sequence) => {
      steps += sequence.length;
      return sequence;
    });
    const found = await search(pair, {
      name: NAME,
      test: 'conformance/random-identity',
      world: IDENTITY_WORLD,
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
