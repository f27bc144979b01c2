import { tryOut } from './try-out.js';
import type { WildCase } from './wild-case.js';

process.env['GATEHOUSE_QUIET'] = '1';

/** Cases that do not hold yet. A case that starts to hold fails the test until its name is removed here. */
const NOT_YET: ReadonlySet<string> = new Set([
  'Django auth_user, one user without e-mail, skipped',
  'NestJS and TypeORM: "user" in camel case',
  'Prisma and NextAuth: "User", "Account", "Session"',
  'NestJS boilerplate with a status and soft deletion',
  'soft-deleted users, one registered again',
]);

/** Makes a test of each case. */
export function runCases(cases: readonly WildCase[]): void {
  for (const wild of cases) {
    const run = NOT_YET.has(wild.about) ? it.failing : it;
    run(wild.about, async () => expect(await tryOut(wild)).toEqual([]), 60_000);
  }
}
