import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createOwnTable } from './helpers/1763900000000-own-tables.js';
import { undo } from './helpers/1763900000000-undo-journal.js';

/** Creates the table that says which server is refreshing an account's tokens, so that only one does. */
export class CreateTokenRefreshes1763905000000 implements MigrationInterface {
  name = 'CreateTokenRefreshes1763905000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createOwnTable(queryRunner, this.name, {
      name: 'token_refreshes',
      definition: `
        account_id varchar(255) not null,
        holder text not null,
        expires_at timestamptz not null,
        constraint token_refreshes_pkey primary key (account_id)`,
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
