import type { MigrationInterface, QueryRunner } from 'typeorm';
import { quote, readTable, type ColumnFacts } from './helpers/1763900000000-catalogue.js';
import { TABLES } from './helpers/1763900000000-tables.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';
import { bringIndexesBack, setIndexesAside } from './helpers/1763900300000-indexes-aside.js';

/**
 * Changes our `timestamp` columns to `timestamptz`. Their values mean UTC. In a session with time zone UTC PostgreSQL
 * knows that both types store the same bytes, so it rewrites no row.
 */
export class ConvertTimestamps1763900300000 implements MigrationInterface {
  name = 'ConvertTimestamps1763900300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, definitions] of Object.entries(TABLES)) {
      const table = await readTable(queryRunner, name);
      for (const { name: columnName } of definitions) {
        const column = table?.columns.get(columnName);
        if (column?.typeName === 'timestamp') await this.convert(queryRunner, name, column);
      }
    }
    await bringIndexesBack(queryRunner, this.name);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }

  /**
   * Replaces the default too, because `now() at time zone 'utc'` would mean another instant in a `timestamptz` column.
   */
  private async convert(
    queryRunner: QueryRunner,
    table: string,
    { name, type, fallback }: ColumnFacts,
  ): Promise<void> {
    const column = quote(name);
    await setIndexesAside(queryRunner, this.name, table, name);
    await inTransaction(queryRunner, `${table}.${name} type timestamptz`, async () => {
      await queryRunner.query(
        `alter table ${table} alter ${column} drop default, alter ${column} type timestamp with time zone`,
      );
      if (fallback !== null)
        await queryRunner.query(`alter table ${table} alter ${column} set default now()`);
      const restore = fallback === null ? '' : `, alter ${column} set default ${fallback}`;
      await recordUndo(queryRunner, {
        migration: this.name,
        kind: 'statement',
        relation: table,
        name,
        statement: `alter table ${table} alter ${column} drop default, alter ${column} type ${type}${restore}`,
      });
    });
  }
}
