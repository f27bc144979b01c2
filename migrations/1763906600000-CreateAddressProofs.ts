import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createOwnTable } from './helpers/1763900000000-own-tables.js';
import { undo } from './helpers/1763900000000-undo-journal.js';

/** Creates the table that stores when a user proved an address. Older links that change the e-mail are then refused. */
export class CreateAddressProofs1763906600000 implements MigrationInterface {
  name = 'CreateAddressProofs1763906600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createOwnTable(queryRunner, this.name, {
      name: 'address_proofs',
      definition: `
        user_id text not null,
        proven_at timestamptz not null,
        constraint address_proofs_pkey primary key (user_id)`,
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
