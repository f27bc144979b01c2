import type { MigrationInterface, QueryRunner } from 'typeorm';
import { needTable, quote, type TableFacts } from './helpers/1763900000000-catalogue.js';
import { TABLES, tableName, type ColumnDefinition } from './helpers/1763900000000-tables.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { advanceSequence } from './helpers/1763900400000-sequences.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';
import { definitionsOf } from './helpers/1763900000000-user-columns.js';

/**
 * Adds missing columns and defaults to existing tables without rewriting a row: a new column is empty or has a constant
 * default. Later migrations fill the empty ones and make them NOT NULL.
 */
export class AddMissingColumns1763900400000 implements MigrationInterface {
  name = 'AddMissingColumns1763900400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const ours of Object.keys(TABLES)) {
      const name = tableName(ours);
      await inTransaction(queryRunner, `alter table ${name}`, async () => {
        const table = await needTable(queryRunner, name);
        for (const definition of await definitionsOf(queryRunner, ours)) {
          if (!table.columns.has(definition.name)) await this.add(queryRunner, name, definition);
          else await this.setDefault(queryRunner, table, definition);
        }
        await advanceSequence(queryRunner, name);
      });
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }

  private async add(queryRunner: QueryRunner, table: string, definition: ColumnDefinition): Promise<void> {
    const { name, type, fallback } = definition;
    const column = quote(name);
    const constant = fallback === 'false';
    await queryRunner.query(
      `alter table ${table} add column ${column} ${type}${constant ? ' not null default false' : ''}`,
    );
    // In a second statement, so that only new rows get the default. The backfill chooses the value of existing rows.
    if (fallback && !constant) {
      await queryRunner.query(`alter table ${table} alter ${column} set default ${fallback}`);
    }
    const statement = `alter table ${table} drop column if exists ${column}`;
    await recordUndo(queryRunner, { migration: this.name, kind: 'column', relation: table, name, statement });
    if (table !== tableName('sessions') || name !== 'user_agent') return;
    // `down` deletes the sessions with a user agent, because only Gatehouse and Better Auth fill this column, and the old
    // application does not know their sessions.
    await recordUndo(queryRunner, {
      migration: this.name,
      kind: 'statement',
      relation: table,
      statement: `delete from ${table} where ${column} is not null`,
    });
  }

  private async setDefault(
    queryRunner: QueryRunner,
    table: TableFacts,
    definition: ColumnDefinition,
  ): Promise<void> {
    const column = table.columns.get(definition.name);
    if (!definition.fallback || !column || column.fallback !== null || column.automatic) return;
    const alter = `alter table ${table.name} alter ${quote(column.name)}`;
    // Times without a zone mean UTC, whatever the time zone of the session that inserts.
    const isZoneless = column.typeName === 'timestamp' && definition.fallback === 'now()';
    await queryRunner.query(
      `${alter} set default ${isZoneless ? `timezone('utc', now())` : definition.fallback}`,
    );
    const statement = `${alter} drop default`;
    const { name } = column;
    await recordUndo(queryRunner, {
      migration: this.name,
      kind: 'statement',
      relation: table.name,
      name,
      statement,
    });
  }
}
