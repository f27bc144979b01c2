import type { MigrationInterface, QueryRunner } from 'typeorm';
import { startBackfill } from './helpers/1763900000000-start-backfill.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';
import { byPlace } from './helpers/1763900000000-walk.js';
import { backfillUsers, USERS_BACKFILL } from './helpers/1763900900000-users-backfill.js';

/**
 * Fills our columns for every existing user. Saves the old values of columns that existed before, so that `down` can
 * restore them.
 */
export class BackfillUsers1763900900000 implements MigrationInterface {
  name = 'BackfillUsers1763900900000';
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await startBackfill(queryRunner, this.name, USERS_BACKFILL, 'users');
    const statement = 'delete from gatehouse.conflicts';
    await recordUndo(queryRunner, { migration: this.name, kind: 'statement', relation: 'users', statement });
    await backfillUsers(queryRunner, byPlace('users'));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
