import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readPasswordColumns } from './helpers/1763900000000-password-formats.js';
import { undo } from './helpers/1763900000000-undo-journal.js';
import { createDualWrite } from './helpers/1763900850000-dual-write.js';
import { writeBackTrigger } from './helpers/1763903000000-write-back.js';

/**
 * Creates a trigger that copies new passwords of Gatehouse and Better Auth to the legacy column, once the switch-over
 * has left its first mode. It comes after the backfill, which would otherwise call the trigger for every account.
 */
export class WriteBackPasswords1763903000000 implements MigrationInterface {
  name = 'WriteBackPasswords1763903000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const password = await readPasswordColumns(queryRunner);
    if (password) await createDualWrite(queryRunner, this.name, writeBackTrigger(password));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
