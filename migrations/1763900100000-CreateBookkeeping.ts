import type { MigrationInterface, QueryRunner } from 'typeorm';
import { adoptionFor, planAdoption, type Adoption } from './helpers/1763900000000-adoption.js';
import { ownTableExists } from './helpers/1763900000000-catalogue.js';
import { choicesNow } from './helpers/1763900000000-choices.js';
import { chooseLegacyColumns } from './helpers/1763900000000-legacy-columns.js';
import { TABLES as OURS, tableName } from './helpers/1763900000000-tables.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { undo } from './helpers/1763900000000-undo-journal.js';

const TABLES = [
  `create table gatehouse.undo (
     id bigint generated always as identity primary key,
     migration text not null,
     kind text not null,
     relation text not null,
     name text,
     statement text not null
   );
   -- Some statements are longer than an entry of an index may be.
   create unique index undo_statement_key on gatehouse.undo (migration, md5(statement))`,
  `create table gatehouse.legacy_columns (
     purpose text primary key,
     column_name text not null,
     type_name text,
     field text,
     unit text
   )`,
  `create table gatehouse.names (
     object text primary key,
     name text not null
   )`,
  `create table gatehouse.moved_tables (
     table_name text primary key,
     legacy_schema text,
     legacy_name text not null,
     column_names jsonb not null,
     away jsonb not null,
     back jsonb not null
   )`,
  `create table gatehouse.choices (
     variable text primary key,
     value text not null
   )`,
  `create table gatehouse.backfills (
     name text primary key,
     started_at timestamptz not null default now(),
     finished_at timestamptz,
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
     normalised_email text not null,
     gives_way boolean not null default false
   )`,
  `create table gatehouse.quarantine (
     backfill text,
     row_id text,
     reason text not null,
     primary key (backfill, row_id)
   )`,
];

/** Creates the schema `gatehouse` with the tables that `down` and an interrupted run read. README.md describes them. */
export class CreateBookkeeping1763900100000 implements MigrationInterface {
  name = 'CreateBookkeeping1763900100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await inTransaction(queryRunner, 'bookkeeping', async () => {
      if (await ownTableExists(queryRunner, 'undo')) return;
      await queryRunner.query('create schema if not exists gatehouse');
      for (const table of TABLES) await queryRunner.query(table);
      const users = adoptionFor(await planAdoption(queryRunner), 'users');
      await storeNames(queryRunner, users);
      if (users) await storeLegacyColumns(queryRunner, users);
      for (const [variable, value] of Object.entries(choicesNow()))
        await queryRunner.query('insert into gatehouse.choices values ($1, $2)', [variable, value]);
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

/** Stores the names of our tables and columns that have another name in this database. */
async function storeNames(queryRunner: QueryRunner, users: Adoption | undefined): Promise<void> {
  const renamed = Object.keys(OURS).flatMap((table) =>
    tableName(table) === table ? [] : [[table, tableName(table)]],
  );
  const prefixed = [...(users?.prefixed ?? [])].map(([column, name]) => [`users.${column}`, name]);
  for (const name of [...renamed, ...prefixed])
    await queryRunner.query('insert into gatehouse.names values ($1, $2)', name);
}

/** Numbers the columns that have the same purpose: `disabled`, `disabled 2`. */
async function storeLegacyColumns(queryRunner: QueryRunner, users: Adoption): Promise<void> {
  const seen = new Map<string, number>();
  for (const { purpose, name, typeName, field } of chooseLegacyColumns(users).columns) {
    const count = (seen.get(purpose) ?? 0) + 1;
    seen.set(purpose, count);
    await queryRunner.query('insert into gatehouse.legacy_columns values ($1, $2, $3, $4)', [
      count === 1 ? purpose : `${purpose} ${count}`,
      name,
      typeName,
      field,
    ]);
  }
}

function nameOf(statement: string): string {
  return /^create table (\S+)/.exec(statement)?.[1] ?? '';
}
