import { inProcess } from '../legacy/wild/operator.js';
import { difference, isEmptyMigrationsTable, snapshot } from '../legacy/wild/snapshot.js';
import { createDatabase, type PostgresVersion } from '../setup/database.js';

const HASH = `$2b$12$k/3EQQYJEzvTlTpgHyyH6uZ..t8OOov0plBaLe5LNnZADOlHIv1Ae`;

/** Tables that are adopted as they are. */
const SHAPES: Readonly<Record<string, string>> = {
  'domains over uuid, text, boolean and timestamp': `
    create domain key as uuid default gen_random_uuid(); create domain address as varchar(255) check (value ~ '@');
    create domain flag as boolean; create domain moment as timestamp;
    create table users (id key primary key, email address not null unique, password text, is_active flag, created_at moment);
    insert into users (email, password, is_active, created_at) values ('Ada@Example.com', '${HASH}', false, '2020-01-01');`,
  'char(36) ids': `
    create table users (id char(36) primary key, email text unique, password text);
    insert into users values (gen_random_uuid()::text, 'Ada@Example.com', '${HASH}');`,
  'smallint ids': `
    create table users (id smallint generated always as identity primary key, email text unique, password text);
    insert into users (email, password) values ('Ada@Example.com', '${HASH}');`,
  'numeric ids': `
    create sequence ids; create table users (id numeric(20) default nextval('ids') primary key, email text unique, password text);
    insert into users (email, password) values ('Ada@Example.com', '${HASH}');`,
  'milliseconds, a day and infinity': `
    create table users (id serial primary key, email text unique, password text, created_at bigint, updated_at date, banned_until timestamp);
    insert into users (email, password, created_at, updated_at, banned_until) values
      ('Ada@Example.com', '${HASH}', 1600000000000, '2022-01-01', 'infinity'), ('bob@example.com', null, null, 'infinity', '-infinity');`,
  'narrow columns': `
    create table users (id serial primary key, email varchar(60) unique, password varchar(80), name varchar(8), image varchar(20));
    insert into users (email, password) values ('Ada.Lovelace@Example.com', '${HASH}');`,
  'expression and partial indexes': `
    create table users (id serial primary key, email text not null, password text, created_at timestamp default now(), is_active boolean default true);
    create index on users ((created_at::date)); create unique index on users (lower(email)) where is_active;
    create index on users (email) where created_at > '2020-01-01';
    insert into users (email, password) values ('Ada@Example.com', '${HASH}');`,
  'generated columns': `
    create table users (id serial primary key, email text unique, password text, first_name text, last_name text,
      full_name text generated always as (first_name || ' ' || last_name) stored);
    insert into users (email, password, first_name, last_name) values ('Ada@Example.com', '${HASH}', 'Ada', 'Lovelace');`,
};

describe.each([18, 14] as PostgresVersion[])('on PostgreSQL %i', (version) => {
  test.each(Object.entries(SHAPES))('%s come over, and back', async (_about, schema) => {
    const database = await createDatabase({ version });
    try {
      await database.query(schema);
      const before = await snapshot(database);
      const operator = inProcess(database.url, {});
      for (const step of ['plan', 'run', 'check', 'revertAll'] as const) {
        const { done, output } = await operator[step]();
        if (!done) throw new Error(`${step}: ${output}`);
      }
      const left = difference(before, await snapshot(database)).filter(
        (line) => !isEmptyMigrationsTable(line),
      );
      expect(left).toEqual([]);
    } finally {
      await database.drop();
    }
  });
});
