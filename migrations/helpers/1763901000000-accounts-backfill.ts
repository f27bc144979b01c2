import type { QueryRunner } from 'typeorm';
import { runBackfill } from './1763900000000-batches.js';
import { needTable, quote } from './1763900000000-catalogue.js';
import { isUsableHash } from './1763900000000-password-formats.js';
import { byId } from './1763900000000-walk.js';
import { insertAccounts } from './1763900850000-credential-account.js';

export const ACCOUNTS_BACKFILL = 'backfill credential accounts';

/** Of the row `u`: it has a usable password, and no account that keeps it. */
export function lacksAccount(passwordColumn: string): string {
  return `(${isUsableHash(`u.${quote(passwordColumn)}`)}) and not exists (
    select 1 from accounts a where a.provider_id = 'credential' and a.provider_user_id = u.id::text)`;
}

/** Gives every user that `condition`, on the row `u`, is true of the account for the hash in `passwordColumn`. */
export async function backfillAccounts(
  queryRunner: QueryRunner,
  passwordColumn: string,
  condition: string,
): Promise<void> {
  const users = await needTable(queryRunner, 'users');
  const accounts = await needTable(queryRunner, 'accounts');
  const idType = accounts.columns.get('id')?.type ?? 'text';
  // To be ready for an account that a trigger has made costs as much for each row as another index.
  let conflicts = '';
  await runBackfill(queryRunner, {
    name: ACCOUNTS_BACKFILL,
    table: 'users',
    // In the order of two of the three indexes of `accounts`, which grow at their ends by it.
    walk: byId('users', users.columns.get('id')?.type ?? 'text'),
    apply: async (range, startedAt) => {
      await queryRunner.query(
        insertAccounts({
          idType,
          userId: 'u.id',
          password: `u.${quote(passwordColumn)}`,
          createdAt: 'coalesce(u.created_at, $1::timestamptz)',
          updatedAt: 'coalesce(u.updated_at, $1::timestamptz)',
          rest: `from users u where ${range('u')} and (${condition}) order by u.id ${conflicts}`,
        }),
        [startedAt],
      );
      conflicts = '';
    },
    onUniqueViolation: () => {
      conflicts = 'on conflict do nothing';
      return Promise.resolve();
    },
  });
}
