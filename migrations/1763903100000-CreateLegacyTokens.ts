import type { MigrationInterface, QueryRunner } from 'typeorm';
import { needTable } from './helpers/1763900000000-catalogue.js';
import { createOwnTable } from './helpers/1763900000000-own-tables.js';
import { tableName } from './helpers/1763900000000-tables.js';
import { undo } from './helpers/1763900000000-undo-journal.js';

/**
 * Creates the table that stores which session a legacy JWT was exchanged for. A row outlives its session, so that the JWT
 * cannot open a new one.
 */
export class CreateLegacyTokens1763903100000 implements MigrationInterface {
  name = 'CreateLegacyTokens1763903100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const sessions = await needTable(queryRunner, tableName('sessions'));
    await createOwnTable(queryRunner, this.name, {
      name: 'legacy_tokens',
      definition: `
        digest text not null,
        session_id ${sessions.columns.get('id')?.type ?? 'text'},
        exchanged_at timestamptz not null default now(),
        constraint legacy_tokens_pkey primary key (digest)`,
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
