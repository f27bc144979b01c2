import type { QueryRunner } from 'typeorm';
import { runBackfill } from './1763900000000-batches.js';
import { needTable, quote } from './1763900000000-catalogue.js';
import {
  isUsableHash,
  legacyPassword,
  type PasswordColumns,
  storedHash,
} from './1763900000000-password-formats.js';
import { tableName } from './1763900000000-tables.js';
import { readUserColumns } from './1763900000000-user-columns.js';
import { byId } from './1763900000000-walk.js';
import { insertAccounts } from './1763900850000-credential-account.js';

export const ACCOUNTS_BACKFILL = 'backfill credential accounts';

/** SQL: true if the user `u` has a usable password but no credential account. */
export function lacksAccount(columns: PasswordColumns): string {
  return `(${isUsableHash(legacyPassword(columns, 'u'))}) and not exists (
    select 1 from ${tableName('accounts')} a where a.provider_id = 'credential' and a.provider_user_id = u.id::text)`;
}

/** Creates accounts from the legacy passwords for all users `u` that meet `condition`. */
export async function backfillAccounts(
  queryRunner: QueryRunner,
  columns: PasswordColumns,
  condition: string,
): Promise<void> {
  const users = await needTable(queryRunner, 'users');
  const accounts = await needTable(queryRunner, tableName('accounts'));
  const idType = accounts.columns.get('id')?.type ?? 'text';
  const named = await readUserColumns(queryRunner);
  const time = (column: string) => `coalesce(u.${quote(named(column))}, $1::timestamptz)`;
  // `on conflict` costs as much per row as another index, so it is used only after a trigger has made one of the
  // accounts.
  let conflicts = '';
  await runBackfill(queryRunner, {
    name: ACCOUNTS_BACKFILL,
    table: 'users',
    // In the order of ids, because two of the three indexes of `accounts` then only grow at their ends.
    walk: byId('users', users.columns.get('id')?.type ?? 'text'),
    apply: async (range, startedAt) => {
      await queryRunner.query(
        insertAccounts({
          idType,
          userId: 'u.id',
          password: storedHash(legacyPassword(columns, 'u')),
          createdAt: time('created_at'),
          updatedAt: time('updated_at'),
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
