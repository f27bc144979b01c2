import type { MigrationInterface, QueryRunner } from 'typeorm';
import { adoptionFor, planAdoption } from './helpers/1763900000000-adoption.js';
import { chooseLegacyColumns } from './helpers/1763900000000-legacy-columns.js';
import { ownTableExists } from './helpers/1763900000000-own-tables.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { undo } from './helpers/1763900000000-undo-journal.js';

const TABLES = [
  `create table gatehouse.undo (
     id bigint generated always as identity primary key,
     migration text not null,
     kind text not null,
     relation text not null,
     name text,
     statement text not null,
     unique (migration, statement)
   )`,
  `create table gatehouse.legacy_columns (
     purpose text primary key,
     column_name text not null
   )`,
  `create table gatehouse.backfills (
     name text primary key,
     started_at timestamptz not null default now(),
     cursor text,
     until text,
     rows bigint not null default 0,
     paused boolean not null default false,
     throttled boolean not null default true
   )`,
  `create table gatehouse.original_values (
     relation text,
     row_id text,
     was jsonb not null,
     became jsonb not null,
     primary key (relation, row_id)
   )`,
  `create table gatehouse.conflicts (
     user_id text primary key,
     email text not null,
     normalised_email text not null
   )`,
  `create table gatehouse.quarantine (
     backfill text,
     row_id text,
     reason text not null,
     primary key (backfill, row_id)
   )`,
];

/** Creates the schema `gatehouse` and its tables that `down` and the continuation of an interrupted run need; see README.md. */
export class CreateBookkeeping1763900100000 implements MigrationInterface {
  name = 'CreateBookkeeping1763900100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await inTransaction(queryRunner, 'bookkeeping', async () => {
      if (await ownTableExists(queryRunner, 'undo')) return;
      await queryRunner.query('create schema if not exists gatehouse');
      for (const table of TABLES) await queryRunner.query(table);
      const users = adoptionFor(await planAdoption(queryRunner), 'users');
      const { columns } = users ? chooseLegacyColumns(users) : { columns: {} };
      for (const [purpose, column] of Object.entries(columns)) {
        await queryRunner.query('insert into gatehouse.legacy_columns values ($1, $2)', [purpose, column]);
      }
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    if (await ownTableExists(queryRunner, 'undo')) await undo(queryRunner, this.name);
    await inTransaction(queryRunner, 'drop schema gatehouse', async () => {
      for (const name of TABLES.map(nameOf).toReversed())
        await queryRunner.query(`drop table if exists ${name}`);
      await queryRunner.query('drop schema if exists gatehouse');
    });
  }
}

function nameOf(statement: string): string {
  return /^create table (\S+)/.exec(statement)?.[1] ?? '';
}
