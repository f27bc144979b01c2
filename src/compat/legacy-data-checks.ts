import type { LegacyColumns } from '../legacy/legacy-columns.js';
import { isUnusableHash, isUsableHash, legacyPassword } from '../legacy/password-formats.js';
import type { RowCheck } from '../migrating/find-rows.js';

/** Looks for users whose account or ban does not match their legacy columns. */
export function legacyDataChecks(columns: LegacyColumns): RowCheck[] {
  const { password, active } = columns;
  const checks: RowCheck[] = [];
  const hash = legacyPassword(columns, 'u');
  if (hash) {
    const usable = `(${isUsableHash(hash)})`;
    const account = `exists (select 1 from {accounts} a where a.provider_id = 'credential' and a.user_id = u.id)`;
    checks.push(
      {
        level: 'error',
        message: `Users with a usable password in ${password} but no credential account`,
        select: `select u.id::text as example from {table users} u where ${usable} and not ${account} order by u.id`,
        remedy:
          'They cannot sign in. In the modes legacy and both, run: npm run switch-over -- catch-up. ' +
          'In the later modes, send them a password reset.',
      },
      {
        level: 'warning',
        message: `Users whose hash in ${password} has an unknown format, so that no password matches`,
        select: `select u.id::text as example from {table users} u
                 where not ${usable} and not ${isUnusableHash(hash)} and not ${account} order by u.id`,
        remedy: 'They can sign in after a password reset.',
      },
    );
  }
  if (active) {
    checks.push({
      level: 'error',
      message: `Users who are deactivated in ${active} but not banned`,
      select: `select u.id::text as example from {table users} legacy join {users} u on u.id = legacy.id
               where legacy.${active} is false and not u.banned order by u.id`,
      remedy: `Set banned = true in these rows. If a user may sign in again, set ${active} = true instead.`,
    });
  }
  return checks;
}
