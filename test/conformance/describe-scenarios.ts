import type { Difference } from './compare.js';
import { startPair, type OptionSet, type Pair } from './pair.js';
import type { Scenario } from './steps.js';

/** Defines one test for each scenario. The two servers start once for all of them. */
export function describeScenarios(
  name: string,
  optionSet: OptionSet,
  groups: Readonly<Record<string, readonly Scenario[]>>,
): void {
  describe(name, () => {
    let pair: Pair;

    beforeAll(async () => {
      pair = await startPair(optionSet);
    });

    afterAll(() => pair.stop());

    afterAll(() => expect(pair.undocumented).toEqual([]));

    describe.each(Object.entries(groups))('%s', (_, scenarios) => {
      test.each(scenarios)('$name', async (scenario) => {
        expect(report(await pair.compare(scenario))).toBe('');
      });
    });
  });
}

/** Shows each differing step with the lines of Better Auth (`-`) and of Gatehouse (`+`). */
const report = (differences: readonly Difference[]): string =>
  differences.map(({ step, lines }) => [step, ...lines].join('\n')).join('\n\n');
