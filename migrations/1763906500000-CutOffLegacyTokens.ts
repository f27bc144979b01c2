import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readPasswordColumns } from './helpers/1763900000000-password-formats.js';
import { createOwnTable } from './helpers/1763900000000-own-tables.js';
import { undo } from './helpers/1763900000000-undo-journal.js';
import { createDualWrite } from './helpers/1763900850000-dual-write.js';
import { accountsCutoff, usersCutoff } from './helpers/1763906500000-token-cutoffs.js';

/**
 * Creates the table that stores when each user last changed the password or ended all sessions. The server refuses JWTs of
 * the legacy application that are older. Triggers write the time of a password change, whichever application makes it.
 * They come after the backfills, which change no password.
 */
export class CutOffLegacyTokens1763906500000 implements MigrationInterface {
  name = 'CutOffLegacyTokens1763906500000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createOwnTable(queryRunner, this.name, {
      name: 'legacy_token_cutoffs',
      definition: `
        user_id text not null,
        password_changed_at timestamptz,
        revoked_at timestamptz,
        constraint legacy_token_cutoffs_pkey primary key (user_id)`,
    });
    const switches = (await queryRunner.query('select 1 from gatehouse.switch_over')) as unknown[];
    if (switches.length === 0) return;
    await createDualWrite(queryRunner, this.name, accountsCutoff());
    const password = await readPasswordColumns(queryRunner);
    if (password) await createDualWrite(queryRunner, this.name, usersCutoff(password));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
