import type { MigrationInterface, QueryRunner } from 'typeorm';
import { needTable, readTable } from './helpers/1763900000000-catalogue.js';
import { TABLES, tableName } from './helpers/1763900000000-tables.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';

const KEYS: Readonly<Record<string, readonly string[]>> = {
  accounts: ['unique (provider_id, provider_user_id)'],
};

/** Creates the missing tables with their columns. Indexes and foreign keys come later. */
export class CreateTables1763900200000 implements MigrationInterface {
  name = 'CreateTables1763900200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of Object.keys(TABLES)) {
      const name = tableName(table);
      await inTransaction(queryRunner, `create table ${name}`, async () => {
        if (await readTable(queryRunner, name)) return;
        await queryRunner.query(
          `create table ${name} (${(await definitions(queryRunner, table)).join(', ')})`,
        );
        await recordUndo(queryRunner, {
          migration: this.name,
          kind: 'table',
          relation: table,
          statement: `drop table if exists ${name}`,
        });
      });
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}

async function definitions(queryRunner: QueryRunner, table: string): Promise<string[]> {
  const columns: string[] = [];
  for (const { name, type, notNull, fallback } of TABLES[table] ?? []) {
    const spelt = name === 'user_id' ? await typeOfUserId(queryRunner) : type;
    const required = notNull ? ' not null' : '';
    const preset =
      fallback ?? (name === 'id' && table !== 'users' ? await defaultOfId(queryRunner) : undefined);
    columns.push(`${name} ${spelt}${required}${preset ? ` default ${preset}` : ''}`);
  }
  return [...columns, `primary key (id)`, ...(KEYS[table] ?? [])];
}

/**
 * Better Auth creates either all ids itself or none. If `users.id` is not text, the database creates it, so the ids of the
 * other tables need a default too.
 */
async function defaultOfId(queryRunner: QueryRunner): Promise<string | undefined> {
  const users = await readTable(queryRunner, 'users');
  const type = users?.columns.get('id')?.typeName ?? 'varchar';
  return ['varchar', 'text'].includes(type) ? undefined : `replace(gen_random_uuid()::text, '-', '')`;
}

async function typeOfUserId(queryRunner: QueryRunner): Promise<string> {
  const users = await needTable(queryRunner, 'users');
  return users.columns.get('id')?.type ?? 'varchar(255)';
}
