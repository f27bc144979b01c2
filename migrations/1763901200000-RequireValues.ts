import type { MigrationInterface, QueryRunner } from 'typeorm';
import { needTable, quote } from './helpers/1763900000000-catalogue.js';
import { readChoices } from './helpers/1763900000000-choices.js';
import { MigrationFault } from './helpers/1763900000000-fault.js';
import { requireUniqueAddresses } from './helpers/1763900700000-address-index.js';
import { checkOf, requireNotNull } from './helpers/1763900000000-not-null.js';
import { TABLES, tableName, type ColumnDefinition } from './helpers/1763900000000-tables.js';
import { inTransaction, sqlState } from './helpers/1763900000000-transaction.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';
import { definitionsOf } from './helpers/1763900000000-user-columns.js';
import { fillLatecomers } from './helpers/1763901200000-latecomers.js';

/**
 * Fills rows that the backfill missed, makes e-mails unique, makes required columns NOT NULL, and validates the foreign
 * keys.
 */
export class RequireValues1763901200000 implements MigrationInterface {
  name = 'RequireValues1763901200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await fillLatecomers(queryRunner);
    await requireUniqueAddresses(queryRunner, this.name);
    for (const ours of Object.keys(TABLES)) {
      const table = tableName(ours);
      const definitions = await requiredOf(queryRunner, ours);
      const { columns } = await needTable(queryRunner, table);
      for (const { name, notNull } of definitions) {
        if (notNull && columns.get(name)?.notNull === false) await this.require(queryRunner, table, name);
      }
    }
    for (const table of ['sessions', 'accounts']) await validateForeignKeys(queryRunner, tableName(table));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }

  private async require(queryRunner: QueryRunner, table: string, column: string): Promise<void> {
    const alter = `alter table ${table} alter ${quote(column)}`;
    const undoing = { migration: this.name, kind: 'statement', relation: table, name: column } as const;
    await recordUndo(queryRunner, {
      ...undoing,
      statement: `${alter} drop not null, drop constraint if exists ${checkOf(column)}`,
    });
    try {
      await requireNotNull(queryRunner, table, column, `${alter} set not null`);
    } catch (error) {
      if (sqlState(error) !== '23514') throw error;
      throw new MigrationFault(await describeMissing(queryRunner, table, column));
    }
  }
}

/** If users without an e-mail stay as they are, the column stays nullable. */
async function requiredOf(queryRunner: QueryRunner, table: string): Promise<ColumnDefinition[]> {
  const definitions = await definitionsOf(queryRunner, table);
  const { LEGACY_MISSING_EMAIL: missing } = await readChoices(queryRunner);
  const skips = table === 'users' && missing === 'skip';
  return definitions.filter(({ name }) => !(skips && name === 'email'));
}

async function validateForeignKeys(queryRunner: QueryRunner, table: string): Promise<void> {
  const keys = (await queryRunner.query(
    `select conname as name from pg_constraint
     where conrelid = to_regclass($1) and confrelid = to_regclass('users') and contype = 'f' and not convalidated`,
    [table],
  )) as { name: string }[];
  for (const { name } of keys) {
    try {
      await inTransaction(queryRunner, `validate ${name}`, () =>
        queryRunner.query(`alter table ${table} validate constraint ${quote(name)}`),
      );
    } catch (error) {
      if (sqlState(error) !== '23503') throw error;
      const { detail = '' } = error as { detail?: string };
      throw new MigrationFault(
        `${table} has rows whose user does not exist. ${detail} Delete these rows, then run again: npm run migration:run`,
      );
    }
  }
}

async function describeMissing(queryRunner: QueryRunner, table: string, column: string): Promise<string> {
  const rows = (await queryRunner.query(
    `select t.id::text as id, q.reason from ${table} t left join gatehouse.quarantine q on q.row_id = t.id::text
     where t.${quote(column)} is null order by 1 limit 10`,
  )) as { id: string; reason: string | null }[];
  const list = rows.map(({ id, reason }) => (reason ? `${id} (${reason})` : id)).join(', ');
  return `${table}.${column} has no value in these rows: ${list}. Give them one, then run again: npm run migration:run`;
}
