import { difference, snapshot } from '../legacy/wild/snapshot.js';
import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import { planMigrations } from '../../src/planning/plan-migrations.js';
import { legacyDatabase, withDataSource } from '../migrations/support.js';

const HASH = '$2b$12$k/3EQQYJEzvTlTpgHyyH6uZ..t8OOov0plBaLe5LNnZADOlHIv1Ae';
const USER = `insert into users (email, password) values ('a@example.com', '${HASH}')`;
const USERS = `create table users (id serial primary key, email text not null unique, password text); ${USER};`;

const SHAPES: readonly (readonly [what: string, sql: string, feasible: boolean])[] = [
  [
    'a partitioned users table',
    `create table users (id serial, email text not null, password text, primary key (id)) partition by range (id);
     create table users_1 partition of users for values from (1) to (1000); ${USER}`,
    false,
  ],
  [
    'tables that inherit',
    `${USERS} create table staff (salary integer) inherits (users);
     insert into staff (email, password, salary) values ('b@example.com', null, 1)`,
    true,
  ],
  [
    'materialized views, views on views, rules and exclusion constraints',
    `${USERS} create view one as select id, email from users; create view two as select * from one;
     create materialized view counted as select count(*) from two;
     create rule ignore as on delete to two do instead nothing;
     create table rooms (id serial primary key, during tsrange, exclude using gist (during with &&))`,
    true,
  ],
  [
    'domains, enums, composite types and checks that call functions',
    `create domain address as text not null check (value <> '');
     create type role as enum ('user', 'admin'); create type place as (street text, town text);
     create function is_fine(text) returns boolean language sql immutable security definer as $$ select $1 <> '' $$;
     create table users (id uuid primary key default gen_random_uuid(), email address unique, password text,
       role role default 'user', home place, label text generated always as (email || '!') stored, check (is_fine(email)));
     create index on users (lower(email)) where is_fine(password); ${USER}`,
    true,
  ],
  [
    'forced row-level security',
    `${USERS} alter table users enable row level security; alter table users force row level security;
     create policy nobody on users using (false)`,
    false,
  ],
  [
    'names that need quotes, and a key to itself',
    `create table users (id serial primary key, email text not null, password text, "Invited By" integer references users (id), "a""b" text);
     create sequence "Odd ""Sequence"; create table "Order's" (id integer default nextval('"Odd ""Sequence"'), "user" integer references users (id));
     create table notes (id integer unique, author integer references users (id));
     ${USER}; insert into "Order's" ("user") values (1), (1); insert into notes (author) values (1), (1)`,
    true,
  ],
];

describe('a plan changes nothing', () => {
  it.each(SHAPES)('in a database with %s', async (_what, sql, feasible) => {
    const database = await legacyDatabase(18, sql);
    try {
      const before = await snapshot(database);
      const plan = await withDataSource(database.url, (dataSource) => planMigrations(dataSource, NO_FIELDS));
      expect(difference(before, await snapshot(database))).toEqual([]);
      const errors = plan.findings.filter(({ level }) => level === 'error');
      expect({ feasible: plan.feasible, errors: errors.length > 0 || errors }).toEqual({
        feasible,
        errors: feasible ? [] : true,
      });
    } finally {
      await database.drop();
    }
  });

  it('and leaves out tables that its role may not read', async () => {
    const database = await legacyDatabase(18, USERS);
    try {
      await database.administer(
        'create table secret (id serial primary key); revoke all on secret from public',
      );
      const plan = await withDataSource(database.url, (dataSource) => planMigrations(dataSource, NO_FIELDS));
      expect(plan.findings).toEqual([]);
      expect(plan.feasible).toBe(true);
    } finally {
      await database.drop();
    }
  });
});
