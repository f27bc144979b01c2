import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ownTableExists } from './helpers/1763900000000-catalogue.js';
import { say } from './helpers/1763900000000-progress.js';
import { undo } from './helpers/1763900000000-undo-journal.js';
import { createAuditTables } from './helpers/1763909000000-audit-tables.js';
import { createAuditTriggers } from './helpers/1763909000000-audit-triggers.js';

/**
 * Creates the audit trail, and triggers that write in it who changed users, accounts, sessions and keys. They come after
 * the backfills, which are no acts of anybody.
 */
export class CreateAuditEvents1763909000000 implements MigrationInterface {
  name = 'CreateAuditEvents1763909000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createAuditTables(queryRunner, this.name);
    await createAuditTriggers(queryRunner, this.name);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await tellLoss(queryRunner);
    await undo(queryRunner, this.name);
  }
}

async function tellLoss(queryRunner: QueryRunner): Promise<void> {
  if (!(await ownTableExists(queryRunner, 'audit_events'))) return;
  const [{ count }] = (await queryRunner.query('select count(*) as count from gatehouse.audit_events')) as [
    { count: string },
  ];
  if (count !== '0') say(`WARNING: the audit trail is dropped, with ${count} events`);
}
