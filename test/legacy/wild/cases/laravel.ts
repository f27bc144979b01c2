import { bcrypt } from '../hashes.js';
import { CROWD, fullName, signsIn } from '../people.js';
import { insert } from '../sql.js';
import type { WildCase } from '../wild-case.js';

const WITHOUT_TIMES = 3;
const isVerified = (number: number) => number % 4 !== 0;

/** Laravel 11 and 12 as installed. `migrations` and `sessions` are its own. */
export const LARAVEL: WildCase = {
  about: 'Laravel, with its own tables sessions and migrations',
  settings: { SESSION_MODEL_NAME: 'auth_sessions' },
  byCommands: true,
  schema: `
create table migrations (id serial primary key, migration varchar(255) not null, batch integer not null);
create table users (
  id bigserial primary key, name varchar(255) not null, email varchar(255) not null, email_verified_at timestamp(0) null,
  password varchar(255) not null, remember_token varchar(100) null, created_at timestamp(0) null, updated_at timestamp(0) null
);
alter table users add constraint users_email_unique unique (email);
create table password_reset_tokens (
  email varchar(255) not null primary key, token varchar(255) not null, created_at timestamp(0) null
);
create table sessions (
  id varchar(255) not null primary key, user_id bigint null, ip_address varchar(45) null, user_agent text null,
  payload text not null, last_activity integer not null
);
create index sessions_user_id_index on sessions (user_id);
create index sessions_last_activity_index on sessions (last_activity);
insert into sessions values
  ('abc', 1, '127.0.0.1', 'UA', 'xx', 1700000000), ('def', null, '127.0.0.1', 'UA', 'xx', 1700000000);
create table personal_access_tokens (
  id bigserial primary key, tokenable_type varchar(255) not null, tokenable_id bigint not null, name varchar(255) not null,
  token varchar(64) not null unique, abilities text, last_used_at timestamp(0), expires_at timestamp(0), created_at timestamp(0),
  updated_at timestamp(0)
);
insert into migrations (migration, batch) values
  ('0001_01_01_000000_create_users_table', 1), ('0001_01_01_000001_create_cache_table', 1), ('0001_01_01_000002_create_jobs_table', 1);
${insert(
  'users',
  CROWD.map((member) => ({
    name: fullName(member),
    email: member.email,
    email_verified_at: isVerified(member.number) ? '2023-02-03 04:05:06' : null,
    password: bcrypt(member.password, 'y'),
    created_at: member.number === WITHOUT_TIMES ? null : '2023-01-01 00:00:00',
    updated_at: member.number === WITHOUT_TIMES ? null : '2023-01-01 00:00:00',
  })),
)}`,
  people: CROWD.map((member) =>
    signsIn(member, {
      user: { id: String(member.number), name: fullName(member), emailVerified: isVerified(member.number) },
    }),
  ),
  writes: [
    {
      what: 'registers a user',
      sql: `insert into "users" ("name", "email", "password", "updated_at", "created_at")
            values ('N', 'n@example.com', '${bcrypt('new one 123', 'y')}', '2024-01-01 00:00:00', '2024-01-01 00:00:00')
            returning "id"`,
      check: {
        sql: `select count(*)::integer as accounts from accounts a join users u on u.id = a.user_id where u.email = 'n@example.com'`,
        answer: [{ accounts: 1 }],
      },
    },
    {
      what: 'starts a session',
      sql: `insert into "sessions" ("payload", "last_activity", "user_id", "ip_address", "user_agent", "id")
            values ('x', 1, 1, '1.1.1.1', 'ua', 'zzz')`,
    },
    { what: 'migrates', sql: `insert into "migrations" ("migration", "batch") values ('2024_x', 2)` },
  ],
};
