import type { MigrationInterface, QueryRunner } from 'typeorm';
import { undo } from './helpers/1763900000000-undo-journal.js';
import { createNotifyingTriggers } from './helpers/1763904000000-notifying.js';

/**
 * Creates triggers that tell the servers about changed or deleted sessions and users, so that each server drops them from
 * its cache.
 */
export class NotifySessionChanges1763904000000 implements MigrationInterface {
  name = 'NotifySessionChanges1763904000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createNotifyingTriggers(queryRunner, this.name);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
