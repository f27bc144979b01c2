import { tryOut } from './try-out.js';
import type { WildCase } from './wild-case.js';

process.env['GATEHOUSE_QUIET'] = '1';

/** Cases that do not hold yet. A case that starts to hold fails the test until its name is removed here. */
const NOT_YET: ReadonlySet<string> = new Set([
  'NestJS and TypeORM: "user" in camel case',
  'Prisma and NextAuth: "User", "Account", "Session"',
]);

/** Makes a test of each case. */
export function runCases(cases: readonly WildCase[]): void {
  for (const wild of cases) {
    const run = NOT_YET.has(wild.about) ? it.failing : it;
    run(wild.about, async () => expect(await tryOut(wild)).toEqual([]), 60_000);
  }
}
