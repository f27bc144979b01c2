import type { MigrationInterface, QueryRunner } from 'typeorm';
import { needTable } from './helpers/1763900000000-catalogue.js';
import { readPasswordColumns } from './helpers/1763900000000-password-formats.js';
import { createOwnTable } from './helpers/1763900000000-own-tables.js';
import { tableName } from './helpers/1763900000000-tables.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';
import { readUserColumns } from './helpers/1763900000000-user-columns.js';
import { forgetAccounts } from './helpers/1763900850000-credential-account.js';
import { addressTrigger } from './helpers/1763900850000-address-trigger.js';
import { columnsTrigger } from './helpers/1763900850000-columns-trigger.js';
import { createDualWrite, DUAL_WRITE } from './helpers/1763900850000-dual-write.js';
import { createExpectedValues } from './helpers/1763900850000-expected-values.js';
import { passwordTrigger } from './helpers/1763900850000-password-trigger.js';

/**
 * Creates triggers that copy each write of a legacy application to our columns. They come before the backfill, so that
 * no write between the two is missed. If the migrations created `users`, there is no legacy application and no
 * switch-over.
 */
export class FollowLegacyWrites1763900850000 implements MigrationInterface {
  name = 'FollowLegacyWrites1763900850000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createOwnTable(queryRunner, this.name, {
      name: 'switch_over',
      definition: `
        only_row boolean primary key default true check (only_row),
        mode text not null check (mode in ('legacy', 'both', 'gatehouse', 'ended')),
        since timestamptz not null default now()`,
    });
    if (!(await isLegacy(queryRunner))) return;
    await queryRunner.query(
      `insert into gatehouse.switch_over (mode) select 'legacy' where not exists (select 1 from gatehouse.switch_over)`,
    );
    await createExpectedValues(queryRunner, this.name);
    await this.recordLeftovers(queryRunner);
    const password = await readPasswordColumns(queryRunner);
    const columns = await columnsTrigger(queryRunner);
    await createDualWrite(queryRunner, this.name, await addressTrigger(queryRunner));
    if (columns) await createDualWrite(queryRunner, this.name, columns);
    if (!password) return;
    const accounts = await needTable(queryRunner, tableName('accounts'));
    const idType = accounts.columns.get('id')?.type ?? 'text';
    await createDualWrite(
      queryRunner,
      this.name,
      passwordTrigger(password, { idType, named: await readUserColumns(queryRunner) }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }

  /**
   * Recorded before the triggers, so undone after them: deletes what they wrote while `down` reverted the backfills.
   */
  private async recordLeftovers(queryRunner: QueryRunner): Promise<void> {
    await recordUndo(queryRunner, {
      migration: this.name,
      kind: 'statement',
      relation: 'accounts',
      statement: forgetAccounts(),
    });
    await recordUndo(queryRunner, {
      migration: this.name,
      kind: 'backfill',
      relation: 'users',
      name: DUAL_WRITE,
      statement: `delete from gatehouse.quarantine where backfill = '${DUAL_WRITE}'`,
    });
  }
}

async function isLegacy(queryRunner: QueryRunner): Promise<boolean> {
  const made = (await queryRunner.query(
    `select 1 from gatehouse.undo where kind = 'table' and relation = 'users'`,
  )) as unknown[];
  return made.length === 0;
}
