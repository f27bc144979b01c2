import type { MigrationInterface, QueryRunner } from 'typeorm';
import { needTable, quote } from './helpers/1763900000000-catalogue.js';
import { keptTable, physicalTable, readMovedTable } from './helpers/1763900000000-moved-tables.js';
import { TABLES, tableName } from './helpers/1763900000000-tables.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';
import { columnsToShow, createKeptView } from './helpers/1763990000000-kept-view.js';
import {
  creation,
  rowFunctions,
  translated,
  triggerFunctions,
} from './helpers/1763990000000-row-functions.js';

/**
 * Gives each legacy table its own names and its schema back, so that the old application can change it, and creates a
 * view under our name. Only reads the catalogue, so the table is locked for a moment.
 */
export class KeepLegacyNames1763990000000 implements MigrationInterface {
  name = 'KeepLegacyNames1763990000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of Object.keys(TABLES)) {
      if (!(await readMovedTable(queryRunner, table))) continue;
      await inTransaction(queryRunner, `keep the legacy name of ${table}`, () =>
        this.keep(queryRunner, table),
      );
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }

  private async keep(queryRunner: QueryRunner, table: string): Promise<void> {
    const moved = await readMovedTable(queryRunner, table);
    if (!moved || (await physicalTable(queryRunner, table)).kept) return;
    const view = quote(tableName(table));
    const facts = await needTable(queryRunner, tableName(table));
    const columns = await columnsToShow(queryRunner, table);
    const taking = await rowFunctions(queryRunner, view);
    const called = await triggerFunctions(queryRunner, view);
    const dropTaking = taking.map(({ signature }) => `drop function if exists ${signature}`);
    for (const statement of [...dropTaking, ...moved.back]) await queryRunner.query(statement);
    const physical = keptTable(moved);
    await createKeptView(queryRunner, table, columns, physical);
    const generated = new Set(columns.filter((name) => facts.columns.get(name)?.generated));
    const [{ schema }] = (await queryRunner.query('select quote_ident(current_schema()) as schema')) as [
      { schema: string },
    ];
    const translations = called.map((each) =>
      translated(each, { view, columns, generated, physical, schema }),
    );
    // The same text now means the rows of the view.
    const create = taking.flatMap(creation);
    for (const statement of [...create, ...translations.flatMap(({ statements }) => statements)])
      await queryRunner.query(statement);
    await recordUndo(queryRunner, {
      migration: this.name,
      kind: 'statement',
      relation: table,
      // One statement, so that during `down` too the old application always finds its table.
      statement: [
        ...translations.flatMap(({ reversal }) => reversal),
        ...dropTaking,
        `drop view if exists ${view}`,
        ...moved.away,
        ...create,
      ].join('; '),
    });
  }
}
