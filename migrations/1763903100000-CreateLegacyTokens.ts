import type { MigrationInterface, QueryRunner } from 'typeorm';
import { needTable, readTable } from './helpers/1763900000000-catalogue.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';

const TABLE = 'gatehouse_legacy_tokens';

/**
 * Stores which session a legacy JWT was exchanged for. The row outlives its session, so that the JWT cannot open a new
 * one.
 */
export class CreateLegacyTokens1763903100000 implements MigrationInterface {
  name = 'CreateLegacyTokens1763903100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await inTransaction(queryRunner, `create table ${TABLE}`, async () => {
      if (await readTable(queryRunner, TABLE)) return;
      const sessions = await needTable(queryRunner, 'sessions');
      await queryRunner.query(
        `create table ${TABLE} (
           digest text not null,
           session_id ${sessions.columns.get('id')?.type ?? 'text'},
           exchanged_at timestamptz not null default now(),
           constraint ${TABLE}_pkey primary key (digest)
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
