import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runBackfill } from './helpers/1763900000000-batches.js';
import { needTable } from './helpers/1763900000000-catalogue.js';
import { startBackfill } from './helpers/1763900000000-start-backfill.js';
import { TABLES, tableName } from './helpers/1763900000000-tables.js';
import { undo } from './helpers/1763900000000-undo-journal.js';
import { byId } from './helpers/1763900000000-walk.js';
import { readMirrored, toOurs } from './helpers/1763900000000-mirror-values.js';

/** Fills our columns that stand beside legacy columns, for rows written before the adoption. */
export class FillMirroredColumns1763900160000 implements MigrationInterface {
  name = 'FillMirroredColumns1763900160000';
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of Object.keys(TABLES)) {
      const mirrored = await readMirrored(queryRunner, table);
      if (mirrored.length === 0) continue;
      const target = tableName(table);
      const { columns } = await needTable(queryRunner, target);
      const assignments = mirrored.map((pair) => `${pair.ours.name} = ${toOurs(target, pair)}`);
      const unset = mirrored.map(({ ours }) => `${ours.name} is null`);
      const name = `mirror ${table}`;
      await startBackfill(queryRunner, this.name, name, table);
      await runBackfill(queryRunner, {
        name,
        table: target,
        walk: byId(target, columns.get('id')?.type ?? 'text'),
        apply: async (range) => {
          await queryRunner.query(
            `update ${target} set ${assignments.join(', ')} where ${range(target)} and (${unset.join(' or ')})`,
          );
        },
      });
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
