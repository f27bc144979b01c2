import type { LegacyColumns } from '../legacy/legacy-columns.js';
import { isUnusableHash, isUsableHash } from '../legacy/password-formats.js';
import type { RowCheck } from '../migrating/find-rows.js';

/** Holds what came over against what is still in the legacy columns. */
export function legacyDataChecks({ password, active }: LegacyColumns): RowCheck[] {
  const checks: RowCheck[] = [];
  if (password) {
    const hash = `u.${password}`;
    const usable = `(${isUsableHash(hash)})`;
    const account = `exists (select 1 from accounts a where a.provider_id = 'credential' and a.user_id = u.id)`;
    checks.push(
      {
        level: 'error',
        message: `users have a usable password in ${password} but no credential account`,
        select: `select u.id::text as example from users u where ${usable} and not ${account} order by u.id`,
        remedy:
          'They cannot sign in: revert and run BackfillCredentialAccounts again, or send them a password reset.',
      },
      {
        level: 'warning',
        message: `users have a hash in ${password} whose format nobody can verify`,
        select: `select u.id::text as example from users u
                 where not ${usable} and not ${isUnusableHash(hash)} and not ${account} order by u.id`,
        remedy: 'They sign in after a password reset.',
      },
    );
  }
  if (active) {
    checks.push({
      level: 'error',
      message: `users are deactivated in ${active} but not banned`,
      select: `select id::text as example from users where ${active} is false and not banned order by id`,
      remedy: `Ban them, or set ${active} to true where they may sign in again.`,
    });
  }
  return checks;
}
