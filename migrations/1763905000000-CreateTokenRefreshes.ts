import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readTable } from './helpers/1763900000000-catalogue.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';

const TABLE = 'gatehouse_token_refreshes';

/** Stores which instance is refreshing an account's tokens, so that only one does. */
export class CreateTokenRefreshes1763905000000 implements MigrationInterface {
  name = 'CreateTokenRefreshes1763905000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await inTransaction(queryRunner, `create table ${TABLE}`, async () => {
      if (await readTable(queryRunner, TABLE)) return;
      await queryRunner.query(
        `create table ${TABLE} (
           account_id varchar(255) not null,
           holder text not null,
           expires_at timestamptz not null,
           constraint ${TABLE}_pkey primary key (account_id)
         )`,
      );
      await recordUndo(queryRunner, {
        migration: this.name,
        kind: 'table',
        relation: TABLE,
        statement: `drop table if exists ${TABLE}`,
      });
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
