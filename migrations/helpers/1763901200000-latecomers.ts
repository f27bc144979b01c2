import type { QueryRunner } from 'typeorm';
import { needTable } from './1763900000000-catalogue.js';
import { readPasswordColumns } from './1763900000000-password-formats.js';
import { inTransaction } from './1763900000000-transaction.js';
import { byId, byPlace } from './1763900000000-walk.js';
import { isIncomplete } from './1763900900000-update-rows.js';
import { userValues } from './1763900850000-user-values.js';
import { backfillUsers, USERS_BACKFILL } from './1763900900000-users-backfill.js';
import { ACCOUNTS_BACKFILL, backfillAccounts, lacksAccount } from './1763901000000-accounts-backfill.js';

/**
 * Fills users that the backfill missed: a change by the legacy application may have moved a row to a place that the
 * backfill had already passed. Also repeats rows in `gatehouse.quarantine` that were corrected since.
 */
export async function fillLatecomers(queryRunner: QueryRunner): Promise<void> {
  const incomplete = isIncomplete(await userValues(queryRunner));
  const { columns } = await needTable(queryRunner, 'users');
  // Second pass by id, in case rows moved during the first one, which goes by position on disk.
  for (const walk of [byPlace('users'), byId('users', columns.get('id')?.type ?? 'text')]) {
    if (
      !(await anyUser(queryRunner, `$1::timestamptz is not null and (${incomplete})`, [
        new Date().toISOString(),
      ]))
    )
      break;
    await startAgain(queryRunner, USERS_BACKFILL);
    await backfillUsers(queryRunner, walk);
  }
  const password = await readPasswordColumns(queryRunner);
  if (password && (await anyUser(queryRunner, lacksAccount(password), []))) {
    await startAgain(queryRunner, ACCOUNTS_BACKFILL);
    await backfillAccounts(queryRunner, password, lacksAccount(password));
  }
}

async function anyUser(queryRunner: QueryRunner, condition: string, parameters: string[]): Promise<boolean> {
  const found = (await queryRunner.query(
    `select 1 from users u where ${condition} limit 1`,
    parameters,
  )) as unknown[];
  return found.length > 0;
}

async function startAgain(queryRunner: QueryRunner, backfill: string): Promise<void> {
  await inTransaction(queryRunner, backfill, async () => {
    await queryRunner.query('delete from gatehouse.quarantine where backfill = $1', [backfill]);
    await queryRunner.query('update gatehouse.backfills set cursor = null where name = $1', [backfill]);
  });
}
