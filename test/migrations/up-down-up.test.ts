import type { PostgresVersion, TestDatabase } from '../setup/database.js';
import { catalogue, digest, legacyDatabase, migrate, revert } from './support.js';

interface Shape {
  readonly what: string;
  readonly sql: string;
  readonly rows: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const SHAPES: readonly Shape[] = [
  {
    what: 'numeric ids, times without a zone and indexes on them, and a required legacy column',
    sql: `create table users (id serial primary key, email text not null unique, full_name text, password_hash text,
                              is_active boolean not null default true, tenant text not null,
                              created_at timestamp default now(), updated_at timestamp);
          create index users_created on users (created_at);
          create index users_recent on users (updated_at) where is_active;
          insert into users (email, full_name, tenant) values (' A@Example.com', null, 't'), ('b@example.com', 'B', 't')`,
    rows: ['users'],
  },
  {
    what: 'another table name and other column names',
    sql: `create table "Members" ("memberId" uuid primary key default gen_random_uuid(), mail varchar(200) not null unique,
                                  "createdAt" timestamp not null default now(), "isVerified" boolean not null default false, password text);
          create view recent as select mail from "Members";
          insert into "Members" (mail) values ('A@Example.com'), ('b@example.com')`,
    rows: ['"Members"'],
    environment: {
      LEGACY_USERS_TABLE: 'Members',
      LEGACY_ID_COLUMN: 'memberId',
      LEGACY_EMAIL_COLUMN: 'mail',
      LEGACY_VERIFIED_COLUMN: 'isVerified',
    },
  },
  {
    what: 'sessions and accounts with our table names and other column names',
    sql: `create table users (id uuid primary key, email text not null unique, name text, "emailVerified" timestamptz);
          create table sessions (id uuid primary key, "sessionToken" text not null unique, "userId" uuid not null references users,
                                 expires timestamptz not null);
          create table accounts (id uuid primary key, "userId" uuid not null references users, type text not null,
                                 provider text not null, "providerAccountId" text not null, expires_at integer,
                                 unique (provider, "providerAccountId"));
          insert into users values ('11111111-2222-3333-4444-555555555555', 'A@example.com', null, now());
          insert into sessions select id, 't', id, now() from users;
          insert into accounts select id, id, 'oauth', 'github', '1', 1800000000 from users`,
    rows: ['users', 'sessions', 'accounts'],
  },
  {
    what: 'a flag called email_verified',
    sql: `create table users (id text primary key, email text not null unique, email_verified boolean not null default false,
                              password text);
          insert into users values ('a', 'A@example.com', true), ('b', 'b@example.com', false)`,
    rows: ['users'],
  },
];

const CASES = SHAPES.map(
  (shape, n) => [shape.what, n % 2 === 0 ? 18 : 14, shape] as [string, PostgresVersion, Shape],
);

describe('a legacy database', () => {
  let database: TestDatabase;
  let named: readonly string[] = [];
  afterEach(async () => {
    for (const name of named) delete process.env[name];
    await database.drop();
  });

  it.each(CASES)(
    'with %s is the same after up, down and up on PostgreSQL %i',
    async (_what, version, shape) => {
      database = await legacyDatabase(version, shape.sql);
      named = Object.keys(shape.environment ?? {});
      Object.assign(process.env, shape.environment);
      const rows = () => Promise.all(shape.rows.map((table) => digest(database, table)));
      const before = [await catalogue(database), await rows()];
      await migrate(database);
      const up = await catalogue(database);
      await revert(database);
      expect([await catalogue(database), await rows()]).toEqual(before);
      await migrate(database);
      expect(await catalogue(database)).toEqual(up);
    },
  );
});
