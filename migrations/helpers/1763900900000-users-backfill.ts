import type { QueryRunner } from 'typeorm';
import { runBackfill } from './1763900000000-batches.js';
import { needTable } from './1763900000000-catalogue.js';
import { noteEmailConflicts } from './1763900900000-email-conflicts.js';
import { updateRows } from './1763900900000-update-rows.js';
import { userValues } from './1763900900000-user-values.js';

export const USERS_BACKFILL = 'backfill users';

/** Fills our columns in every user that `condition`, on the row `u`, is true of. */
export async function backfillUsers(queryRunner: QueryRunner, condition = 'true'): Promise<void> {
  const users = await needTable(queryRunner, 'users');
  const values = await userValues(queryRunner);
  await noteEmailConflicts(queryRunner);
  await runBackfill(queryRunner, {
    name: USERS_BACKFILL,
    table: 'users',
    idType: users.columns.get('id')?.type ?? 'text',
    apply: async (range, startedAt) => {
      const statement = updateRows('users', values, (column) => `${range(column)} and (${condition})`);
      await queryRunner.query(statement, [startedAt]);
    },
    onUniqueViolation: () => noteEmailConflicts(queryRunner),
  });
}
