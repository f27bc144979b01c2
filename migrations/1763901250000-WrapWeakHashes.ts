import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readPasswordColumns } from './helpers/1763900000000-password-formats.js';
import { startBackfill } from './helpers/1763900000000-start-backfill.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';
import { unwrapHashes, WRAP_BACKFILL, wrapWeakHashes } from './helpers/1763901250000-wrap-backfill.js';

/**
 * If `WRAP_WEAK_HASHES=true`, stores argon2id over every weak hash, so that no fast hash remains in `accounts`. The next
 * sign-in replaces the wrapped hash. Triggers cannot compute argon2id: a weak hash that the legacy application writes
 * later stays as it is until the user signs in here, or until `npm run switch-over -- catch-up`.
 */
export class WrapWeakHashes1763901250000 implements MigrationInterface {
  name = 'WrapWeakHashes1763901250000';
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    const columns = await readPasswordColumns(queryRunner);
    if (!columns || !/^(true|1|yes|on)$/i.test(process.env['WRAP_WEAK_HASHES'] ?? '')) return;
    await startBackfill(queryRunner, this.name, WRAP_BACKFILL, 'accounts');
    await recordUndo(queryRunner, {
      migration: this.name,
      kind: 'statement',
      relation: 'accounts',
      statement: unwrapHashes(columns),
    });
    await wrapWeakHashes(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
