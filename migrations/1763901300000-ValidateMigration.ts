import { writeFile } from 'node:fs/promises';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { MigrationFault } from './helpers/1763900000000-fault.js';
import { say } from './helpers/1763900000000-progress.js';
import { countMigration, describeMigration, faultsOf, summary } from './helpers/1763901300000-report.js';

/** Counts what the migrations before it did, prints a report, and fails if something is missing. Changes nothing. */
export class ValidateMigration1763901300000 implements MigrationInterface {
  name = 'ValidateMigration1763901300000';
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    const counts = await countMigration(queryRunner);
    if (counts.users > 0) say(describeMigration(counts));
    const file = process.env['GATEHOUSE_REPORT'];
    if (file) await writeFile(file, `${JSON.stringify(summary(counts), null, 2)}\n`);
    const faults = faultsOf(counts);
    if (faults.length > 0) throw new MigrationFault(`The migration is not complete: ${faults.join(' ')}`);
  }

  async down(): Promise<void> {}
}
