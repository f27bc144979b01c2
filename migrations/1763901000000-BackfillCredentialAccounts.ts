import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  isUsableHash,
  legacyPassword,
  readPasswordColumns,
} from './helpers/1763900000000-password-formats.js';
import { startBackfill } from './helpers/1763900000000-start-backfill.js';
import { tableName } from './helpers/1763900000000-tables.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';
import { forgetAccounts } from './helpers/1763900850000-credential-account.js';
import { ACCOUNTS_BACKFILL, backfillAccounts } from './helpers/1763901000000-accounts-backfill.js';

/** Creates a credential account for every user who has a usable password. Copies the hash unchanged. */
export class BackfillCredentialAccounts1763901000000 implements MigrationInterface {
  name = 'BackfillCredentialAccounts1763901000000';
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    const columns = await readPasswordColumns(queryRunner);
    if (!columns) return;
    await startBackfill(queryRunner, this.name, ACCOUNTS_BACKFILL, 'accounts');
    await recordUndo(queryRunner, {
      migration: this.name,
      kind: 'statement',
      relation: 'accounts',
      statement: forgetAccounts(),
    });
    await backfillAccounts(queryRunner, columns, isUsableHash(legacyPassword(columns, 'u')));
    await queryRunner.query(`analyze users, ${tableName('accounts')}`);
  }

  /**
   * A password changed after the backfill is lost with its account, unless it was written back to the legacy column.
   */
  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
