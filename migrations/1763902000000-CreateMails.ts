import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createOwnTable } from './helpers/1763900000000-own-tables.js';
import { undo } from './helpers/1763900000000-undo-journal.js';

/** Creates the table that stores mails until the mail server accepts them. */
export class CreateMails1763902000000 implements MigrationInterface {
  name = 'CreateMails1763902000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createOwnTable(queryRunner, this.name, {
      name: 'mails',
      definition: `
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
        constraint mails_pkey primary key (id)`,
      after: ['create index mails_next_attempt_at_idx on gatehouse.mails (next_attempt_at)'],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
