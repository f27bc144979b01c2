import { tryOut } from './try-out.js';
import type { WildCase } from './wild-case.js';

process.env['GATEHOUSE_QUIET'] = '1';

/** Makes a test of each case. */
export function runCases(cases: readonly WildCase[]): void {
  for (const wild of cases) {
    it(wild.about, async () => expect(await tryOut(wild)).toEqual([]));
  }
}
