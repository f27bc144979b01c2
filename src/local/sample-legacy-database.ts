import pg from 'pg';
import { hashPassword } from '../crypto/password/password-hasher.js';

export const SAMPLE_PASSWORD = 'demo password';

/** A user of the sample, and what happens when they sign in. */
export interface SamplePerson {
  readonly email: string;
  readonly about: string;
}

export const SAMPLE_PEOPLE: readonly SamplePerson[] = [
  { email: 'grace@example.com', about: 'signs in with her old password' },
  { email: 'alan@example.com', about: 'was stored as " Alan@Example.com", can still sign in' },
  { email: 'former@example.com', about: 'was deactivated, so sign-in answers 403 BANNED_USER' },
];

/**
 * Creates what a typical back end has: a `users` table with bcrypt hashes, flags and times without a time zone, and a table
 * that refers to it. Deletes everything else in the schema `public`.
 */
export async function loadSampleLegacyDatabase(url: string, users: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('drop schema public cascade; create schema public');
    await client.query(TABLES);
    const hash = await hashPassword(SAMPLE_PASSWORD, { hash: 'bcrypt', bcryptCost: 10 });
    await client.query(PEOPLE, [hash, users]);
    await client.query(
      'insert into orders (user_id, total_cents) select id, 1000 from users where is_active',
    );
  } finally {
    await client.end();
  }
}

const TABLES = `
create table users (
  id varchar(255) primary key,
  email varchar(255) not null,
  username varchar(100) not null,
  full_name varchar(255),
  hashed_password varchar(255),
  is_active boolean not null default true,
  is_verified boolean,
  avatar_url varchar(500),
  created_at timestamp,
  updated_at timestamp
);
create unique index ix_users_email on users (email);
create unique index ix_users_username on users (username);
create table orders (
  id serial primary key,
  user_id varchar(255) not null references users (id),
  total_cents integer not null
)`;

const PEOPLE = `
insert into users (id, email, username, full_name, hashed_password, is_active, is_verified, created_at, updated_at)
select gen_random_uuid()::text, person.email, 'user' || row_number() over (), person.name, person.hash, person.active,
       person.verified, timestamp '2023-01-01' + row_number() over () * interval '1 minute', timestamp '2024-05-02'
  from (
    values ('grace@example.com', 'Grace Hopper', $1::text, true, true),
           (' Alan@Example.com', 'Alan Turing', $1, true, false),
           ('former@example.com', 'Former Employee', $1, false, true),
           ('Twin@example.com', 'First Twin', $1, true, true),
           ('twin@example.com', 'Second Twin', $1, true, true),
           ('provider.only@example.com', null, null, true, true)
    union all
    select 'user' || n || '@example.com', 'User ' || n, $1, n % 50 <> 0, n % 3 <> 0 from generate_series(1, $2::integer - 6) n
  ) as person (email, name, hash, active, verified)`;
