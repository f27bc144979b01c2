import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TABLES } from './helpers/1763900000000-tables.js';
import { undo } from './helpers/1763900000000-undo-journal.js';
import { showUnderOurNames } from './helpers/1763901280000-named-view.js';

/**
 * Creates the view `gatehouse.<our name>` for each table that has another name, or columns with other names, in this
 * database. The server reads and writes the table through this view.
 */
export class ShowUnderOurNames1763901280000 implements MigrationInterface {
  name = 'ShowUnderOurNames1763901280000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of Object.keys(TABLES)) await showUnderOurNames(queryRunner, this.name, table);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
