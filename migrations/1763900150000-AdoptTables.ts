import type { MigrationInterface, QueryRunner } from 'typeorm';
import { adoptionFor, planAdoption } from './helpers/1763900000000-adoption.js';
import { TABLES } from './helpers/1763900000000-tables.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { undo } from './helpers/1763900000000-undo-journal.js';
import { replaceByView } from './helpers/1763900150000-legacy-view.js';
import { mirrorColumns } from './helpers/1763900150000-mirror.js';

/**
 * Turns tables with other names, or with other column names, into ours without copying rows. The old application still
 * finds its names: through a view if a table or column was renamed, or in its own columns, which a trigger keeps equal
 * to ours.
 */
export class AdoptTables1763900150000 implements MigrationInterface {
  name = 'AdoptTables1763900150000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of Object.keys(TABLES)) {
      await inTransaction(queryRunner, `adopt ${table}`, async () => {
        const adoption = adoptionFor(await planAdoption(queryRunner), table);
        if (!adoption || (await this.isDone(queryRunner, table))) return;
        await replaceByView(queryRunner, this.name, adoption);
        await mirrorColumns(queryRunner, this.name, adoption);
      });
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }

  /** True if an interrupted run has already adopted this table. */
  private async isDone(queryRunner: QueryRunner, table: string): Promise<boolean> {
    const found = (await queryRunner.query(
      'select 1 from gatehouse.undo where migration = $1 and relation = $2 limit 1',
      [this.name, table],
    )) as unknown[];
    return found.length > 0;
  }
}
