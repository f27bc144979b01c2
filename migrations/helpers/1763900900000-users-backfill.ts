import type { QueryRunner } from 'typeorm';
import { runBackfill } from './1763900000000-batches.js';
import type { Walk } from './1763900000000-walk.js';
import { noteEmailConflicts } from './1763900900000-email-conflicts.js';
import { updateRows } from './1763900900000-update-rows.js';
import { userValues } from './1763900850000-user-values.js';

export const USERS_BACKFILL = 'backfill users';

/** Fills our columns for every user who lacks a value. */
export async function backfillUsers(queryRunner: QueryRunner, walk: Walk): Promise<void> {
  const values = await userValues(queryRunner);
  await noteEmailConflicts(queryRunner);
  await runBackfill(queryRunner, {
    name: USERS_BACKFILL,
    table: 'users',
    walk,
    apply: (range, startedAt) => updateRows(queryRunner, { relation: 'users', values, range, startedAt }),
    onUniqueViolation: () => noteEmailConflicts(queryRunner),
  });
}
