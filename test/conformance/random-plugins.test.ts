import { startPair, type Pair } from './pair.js';
import { ALL_PLUGINS, IDENTITY } from './plugin-options.js';
import { identitySequences } from './random/identity-requests.js';
import { IDENTITY_WORLD } from './random/identity-world.js';
import { pluginSequences } from './random/plugin-requests.js';
import { PLUGIN_WORLD } from './random/plugin-world.js';
import { makeKeys } from './random/run-sequence.js';
import { RANDOM_PATH, RANDOM_SET, runsOf, search, SEED } from './random/search.js';

/** The usual number of sequences has more than `fewestSteps` steps. */
const SETS = [
  {
    name: 'plugins',
    by: 'users of plugins',
    options: ALL_PLUGINS,
    requests: pluginSequences,
    world: PLUGIN_WORLD,
    runs: runsOf(100),
    fewestSteps: 600,
  },
  {
    name: 'identity',
    by: 'clients, companies and directories',
    options: IDENTITY,
    requests: identitySequences,
    world: IDENTITY_WORLD,
    runs: runsOf(40),
    fewestSteps: 300,
  },
].filter(({ name }) => RANDOM_SET === undefined || name === RANDOM_SET);

/** Milliseconds. Shrinking a failure to its smallest sequence takes many runs. */
const TIMEOUT = 900_000;

describe.each(SETS)('random requests of $by', ({ name, options, requests, world, runs, fewestSteps }) => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await startPair(options);
    await makeKeys(pair);
  });

  afterAll(() => pair.stop());

  test(
    'both servers give the same answers, as documented',
    async () => {
      let steps = 0;
      const sequences = requests.map((sequence) => {
        steps += sequence.length;
        return sequence;
      });
      const test = 'conformance/random-plugins';
      expect(await search(pair, { name, test, world, sequences, runs, seed: SEED })).toBe('');
      expect(pair.undocumented).toEqual([]);
      if (RANDOM_PATH === undefined) expect(steps).toBeGreaterThanOrEqual(Math.min(fewestSteps, runs));
    },
    TIMEOUT,
  );
});
