import { bcrypt } from '../hashes.js';
import { CROWD, signsIn } from '../people.js';
import { insert, sql } from '../sql.js';
import type { WildCase } from '../wild-case.js';

/** Rails 8 after `bin/rails generate authentication`. */
export const RAILS_AUTHENTICATION: WildCase = {
  about: 'Rails 8 authentication, with its own table sessions',
  settings: { SESSION_MODEL_NAME: 'auth_sessions' },
  schema: `
create table users (
  id bigserial primary key, email_address character varying not null, password_digest character varying not null,
  created_at timestamp(6) not null, updated_at timestamp(6) not null
);
create unique index index_users_on_email_address on users (email_address);
create table sessions (
  id bigserial primary key, user_id bigint not null references users (id), ip_address character varying,
  user_agent character varying, created_at timestamp(6) not null, updated_at timestamp(6) not null
);
${insert(
  'users',
  CROWD.map(({ email, password }) => ({
    email_address: email,
    password_digest: bcrypt(password, 'a'),
    created_at: sql('now()'),
    updated_at: sql('now()'),
  })),
)}`,
  people: CROWD.map((member) => signsIn(member)),
  legacySearchPath: 'gatehouse_legacy,public',
  writes: [
    {
      what: 'creates a user',
      sql: `insert into "users" ("email_address", "password_digest", "created_at", "updated_at")
            values ('n@example.com', 'x', now(), now()) returning "id"`,
    },
  ],
};
