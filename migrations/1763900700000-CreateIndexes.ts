import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isUnique } from './helpers/1763900000000-catalogue.js';
import { ensureIndex, type IndexDefinition } from './helpers/1763900000000-indexes.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';

/** Unique columns. If another valid unique index on the column exists, it is enough. */
const UNIQUE = [
  { table: 'users', column: 'email', name: 'users_email_key' },
  { table: 'sessions', column: 'token', name: 'sessions_token_key' },
  { table: 'rate_limits', column: 'key', name: 'rate_limits_key_key' },
];

const PLAIN: readonly IndexDefinition[] = [
  // Finds rows whose e-mail was not normalized because two rows would then have the same e-mail.
  {
    name: 'users_email_unnormalised_idx',
    table: 'users',
    on: '(lower(btrim(email))) where email <> lower(btrim(email))',
  },
  { name: 'sessions_user_id_idx', table: 'sessions', on: '(user_id)' },
  { name: 'sessions_expires_at_idx', table: 'sessions', on: '(expires_at)' },
  { name: 'accounts_user_id_idx', table: 'accounts', on: '(user_id)' },
  { name: 'verifications_identifier_idx', table: 'verifications', on: '(identifier)' },
  { name: 'verifications_expires_at_idx', table: 'verifications', on: '(expires_at)' },
];

const ACCOUNTS_KEY = 'accounts_provider_id_provider_user_id_key';

/** Builds the indexes concurrently, because the tables are in use. */
export class CreateIndexes1763900700000 implements MigrationInterface {
  name = 'CreateIndexes1763900700000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const { table, column, name } of UNIQUE) {
      if (await isUnique(queryRunner, table, column)) continue;
      await ensureIndex(queryRunner, this.name, { name, table, unique: true, on: `(${column})` });
    }
    for (const index of PLAIN) await ensureIndex(queryRunner, this.name, index);
    await this.addAccountsKey(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }

  /** Adds the unique key that new `accounts` tables have, because an existing one may lack it. */
  private async addAccountsKey(queryRunner: QueryRunner): Promise<void> {
    const existing = (await queryRunner.query(
      `select 1 from pg_constraint where conrelid = to_regclass('accounts') and contype = 'u'
       and pg_get_constraintdef(oid) like 'UNIQUE (provider_id, provider_user_id)%'`,
    )) as unknown[];
    if (existing.length > 0) return;
    const index = {
      name: ACCOUNTS_KEY,
      table: 'accounts',
      unique: true,
      on: '(provider_id, provider_user_id)',
    };
    await ensureIndex(queryRunner, this.name, index);
    await inTransaction(queryRunner, `add constraint ${ACCOUNTS_KEY}`, async () => {
      await queryRunner.query(
        `alter table accounts add constraint ${ACCOUNTS_KEY} unique using index ${ACCOUNTS_KEY}`,
      );
      await recordUndo(queryRunner, {
        migration: this.name,
        kind: 'statement',
        relation: 'accounts',
        statement: `alter table accounts drop constraint if exists ${ACCOUNTS_KEY}`,
      });
    });
  }
}
