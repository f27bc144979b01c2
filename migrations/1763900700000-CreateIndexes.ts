import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isUnique, quote } from './helpers/1763900000000-catalogue.js';
import { ensureAddressIndex } from './helpers/1763900700000-address-index.js';
import { ensureIndex } from './helpers/1763900000000-indexes.js';
import { tableName } from './helpers/1763900000000-tables.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { ROUGH_ADDRESS } from './helpers/1763900000000-text.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';

/** Unique columns. If another valid unique index on the column exists, it is enough. */
const UNIQUE = [
  { table: 'users', column: 'email' },
  { table: 'sessions', column: 'token' },
  { table: 'rate_limits', column: 'key' },
];

const PLAIN = [
  { table: 'sessions', column: 'user_id' },
  { table: 'sessions', column: 'expires_at' },
  { table: 'accounts', column: 'user_id' },
  { table: 'verifications', column: 'identifier' },
  { table: 'verifications', column: 'expires_at' },
];

/** Builds the indexes concurrently, because the tables are in use. */
export class CreateIndexes1763900700000 implements MigrationInterface {
  name = 'CreateIndexes1763900700000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const { table: ours, column } of UNIQUE) {
      const table = tableName(ours);
      if (await isUnique(queryRunner, table, column)) continue;
      if (ours === 'users') await ensureAddressIndex(queryRunner, this.name);
      else
        await ensureIndex(queryRunner, this.name, {
          name: `${table}_${column}_key`,
          table,
          unique: true,
          on: `(${column})`,
        });
    }
    await ensureIndex(queryRunner, this.name, {
      name: 'users_email_unnormalised_idx',
      table: 'users',
      // Finds rows whose e-mail was not normalized because two rows would then have the same e-mail.
      on: `((${ROUGH_ADDRESS})) where email::text <> ${ROUGH_ADDRESS}`,
    });
    for (const { table: ours, column } of PLAIN) {
      const table = tableName(ours);
      await ensureIndex(queryRunner, this.name, { name: `${table}_${column}_idx`, table, on: `(${column})` });
    }
    await this.addAccountsKey(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }

  /** Adds the unique key that new `accounts` tables have, because an existing one may lack it. */
  private async addAccountsKey(queryRunner: QueryRunner): Promise<void> {
    const table = tableName('accounts');
    const existing = (await queryRunner.query(
      `select 1 from pg_constraint where conrelid = to_regclass($1) and contype = 'u'
       and pg_get_constraintdef(oid) like 'UNIQUE (provider_id, provider_user_id)%'`,
      [quote(table)],
    )) as unknown[];
    if (existing.length > 0) return;
    const wanted = `${table}_provider_id_provider_user_id_key`;
    const index = { name: wanted, table, unique: true, on: '(provider_id, provider_user_id)' };
    const key = quote(await ensureIndex(queryRunner, this.name, index));
    await inTransaction(queryRunner, `add constraint ${key}`, async () => {
      await queryRunner.query(`alter table ${quote(table)} add constraint ${key} unique using index ${key}`);
      await recordUndo(queryRunner, {
        migration: this.name,
        kind: 'statement',
        relation: 'accounts',
        statement: `alter table ${quote(table)} drop constraint if exists ${key}`,
      });
    });
  }
}
