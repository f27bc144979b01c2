import type { MigrationInterface, QueryRunner } from 'typeorm';
import { quote } from './helpers/1763900000000-catalogue.js';
import { tableName } from './helpers/1763900000000-tables.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';
import { isBackfilledAccount } from './helpers/1763900850000-credential-account.js';

/**
 * Adds the foreign keys as NOT VALID, so that `users` is locked only for a moment. A later migration validates them.
 * Runs after the backfill, because a foreign key makes PostgreSQL look up and lock the user of every new account, which
 * takes as long as the insert itself. Also deletes accounts whose users the legacy application has deleted meanwhile.
 * From then on the foreign key deletes such accounts.
 */
export class AddForeignKeys1763901150000 implements MigrationInterface {
  name = 'AddForeignKeys1763901150000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const ours of ['sessions', 'accounts']) {
      const table = tableName(ours);
      const key = `${table}_user_id_fkey`;
      await inTransaction(queryRunner, `add constraint ${key}`, async () => {
        const existing = (await queryRunner.query(
          `select 1 from pg_constraint c
           join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
           where c.conrelid = to_regclass($1) and c.confrelid = to_regclass('users') and c.contype = 'f'
             and c.confdeltype = 'c' and a.attname = 'user_id'`,
          [table],
        )) as unknown[];
        if (existing.length > 0) return;
        const free = quote(await freeName(queryRunner, table, key));
        const statement = `alter table ${table} drop constraint if exists ${free}`;
        await queryRunner.query(
          `alter table ${table} add constraint ${free} foreign key (user_id) references users (id) on delete cascade not valid`,
        );
        await recordUndo(queryRunner, {
          migration: this.name,
          kind: 'statement',
          relation: ours,
          statement,
        });
      });
    }
    await queryRunner.query(
      `delete from ${tableName('accounts')} a where ${isBackfilledAccount('a')}
       and not exists (select 1 from users u where u.id = a.user_id)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}

/** The name, or with a number behind it if the table has another constraint with this name. */
async function freeName(queryRunner: QueryRunner, table: string, wanted: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}_${number}`;
    const taken = (await queryRunner.query(
      'select 1 from pg_constraint where conrelid = to_regclass($1) and conname = $2',
      [quote(table), name],
    )) as unknown[];
    if (taken.length === 0) return name;
  }
}
