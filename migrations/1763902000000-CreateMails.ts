import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readTable } from './helpers/1763900000000-catalogue.js';
import { ensureIndex } from './helpers/1763900000000-indexes.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { recordUndo, undo } from './helpers/1763900000000-undo-journal.js';

const TABLE = 'gatehouse_mails';

/** Stores mails until the mail server accepts them. */
export class CreateMails1763902000000 implements MigrationInterface {
  name = 'CreateMails1763902000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await inTransaction(queryRunner, `create table ${TABLE}`, async () => {
      if (await readTable(queryRunner, TABLE)) return;
      await queryRunner.query(
        `create table ${TABLE} (
           id varchar(255) not null,
           kind text not null,
           recipient text not null,
           locale text not null,
           content text not null,
           created_at timestamptz not null default now(),
           expires_at timestamptz not null,
           attempts integer not null default 0,
           next_attempt_at timestamptz default now(),
           last_error text,
           constraint ${TABLE}_pkey primary key (id)
         )`,
      );
      await recordUndo(queryRunner, {
        migration: this.name,
        kind: 'table',
        relation: TABLE,
        statement: `drop table if exists ${TABLE}`,
      });
    });
    await ensureIndex(queryRunner, this.name, {
      name: `${TABLE}_next_attempt_at_idx`,
      table: TABLE,
      on: '(next_attempt_at)',
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
