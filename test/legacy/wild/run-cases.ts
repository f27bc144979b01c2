import { tryOut } from './try-out.js';
import type { WildCase } from './wild-case.js';

process.env['GATEHOUSE_QUIET'] = '1';

/** Cases that do not hold yet. A case that starts to hold fails the test until its name is removed here. */
const NOT_YET: ReadonlySet<string> = new Set([
  'Django auth_user, one user without e-mail, skipped',
  'Rails with Devise',
  'Rails 8 authentication, with its own table sessions',
  'Laravel, with its own tables sessions and migrations',
  'NestJS and TypeORM: "user" in camel case',
  'NestJS boilerplate with a status and soft deletion',
  'Prisma and NextAuth: "User", "Account", "Session"',
  'WordPress wp_users',
  'soft-deleted users',
  'soft-deleted users, one registered again',
  'created_at date',
  'auth_user without settings',
  'created_at bigint',
  'an expression index on a timestamp column',
  'sessions of connect-pg-simple',
  'sessions of connect-pg-simple, ours under another name',
  'letters whose lower case is ASCII',
  'own triggers, suspended',
  'a partial index on a timestamp column',
  'users with a password column of an unknown name',
  '59 password formats',
  'hashes of the npm package argon2',
]);

/** Makes a test of each case. */
export function runCases(cases: readonly WildCase[]): void {
  for (const wild of cases) {
    const run = NOT_YET.has(wild.about) ? it.failing : it;
    run(wild.about, async () => expect(await tryOut(wild)).toEqual([]), 60_000);
  }
}
