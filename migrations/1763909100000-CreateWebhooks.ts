import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createOwnTable } from './helpers/1763900000000-own-tables.js';
import { undo } from './helpers/1763900000000-undo-journal.js';

/** Creates the table where events of the audit trail wait for the receiver of webhooks. */
export class CreateWebhooks1763909100000 implements MigrationInterface {
  name = 'CreateWebhooks1763909100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createOwnTable(queryRunner, this.name, {
      name: 'webhooks',
      definition: `
        id varchar(255) not null,
        event text not null,
        payload text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        attempts integer not null default 0,
        next_attempt_at timestamptz default now(),
        last_error text,
        constraint webhooks_pkey primary key (id)`,
      after: ['create index webhooks_next_attempt_at_idx on gatehouse.webhooks (next_attempt_at)'],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
