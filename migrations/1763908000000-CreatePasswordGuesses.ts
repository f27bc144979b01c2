import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createOwnTable } from './helpers/1763900000000-own-tables.js';
import { undo } from './helpers/1763900000000-undo-journal.js';

/**
 * Creates the table that counts wrong passwords by account and network. Its ids are digests, so it names neither addresses
 * nor networks.
 */
export class CreatePasswordGuesses1763908000000 implements MigrationInterface {
  name = 'CreatePasswordGuesses1763908000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createOwnTable(queryRunner, this.name, {
      name: 'password_guesses',
      definition: `
        id text not null,
        failures integer not null default 0,
        last_attempt timestamptz not null,
        locked_until timestamptz,
        trusted boolean not null default false,
        mailed_at timestamptz,
        constraint password_guesses_pkey primary key (id)`,
      after: ['create index password_guesses_last_attempt_idx on gatehouse.password_guesses (last_attempt)'],
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}
