import type { MigrationInterface, QueryRunner } from 'typeorm';
import { needTable, quote, type ColumnFacts } from './helpers/1763900000000-catalogue.js';
import { TABLES, tableName } from './helpers/1763900000000-tables.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';
import { definitionsOf } from './helpers/1763900000000-user-columns.js';

/**
 * Drops NOT NULL from columns that Gatehouse does not fill, because it inserts users without them: legacy columns, and
 * columns of ours that are optional.
 */
export class RelaxForeignColumns1763900500000 implements MigrationInterface {
  name = 'RelaxForeignColumns1763900500000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const ours of Object.keys(TABLES)) {
      const name = tableName(ours);
      const definitions = await definitionsOf(queryRunner, ours);
      const table = await needTable(queryRunner, name);
      const required = new Set(definitions.filter((column) => column.notNull).map((column) => column.name));
      for (const column of table.columns.values()) {
        const demanding = column.notNull && column.fallback === null && !column.automatic;
        if (demanding && !required.has(column.name)) await this.relax(queryRunner, name, column);
      }
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }

  private async relax(queryRunner: QueryRunner, table: string, { name }: ColumnFacts): Promise<void> {
    await inTransaction(queryRunner, `${table}.${name} drop not null`, async () => {
      const statement = await restoringStatement(queryRunner, table, name);
      await queryRunner.query(`alter table ${table} alter ${quote(name)} drop not null`);
      await recordUndo(queryRunner, {
        migration: this.name,
        kind: 'not null',
        relation: table,
        name,
        statement,
      });
    });
  }
}

/** Since PostgreSQL 18 NOT NULL is a named constraint, so `down` restores the name too. */
async function restoringStatement(queryRunner: QueryRunner, table: string, column: string): Promise<string> {
  const [constraint] = (await queryRunner.query(
    `select c.conname as name from pg_constraint c
     join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
     where c.conrelid = to_regclass($1) and c.contype = 'n' and a.attname = $2`,
    [table, column],
  )) as { name: string }[];
  return constraint
    ? `alter table ${table} add constraint ${quote(constraint.name)} not null ${quote(column)}`
    : `alter table ${table} alter ${quote(column)} set not null`;
}
