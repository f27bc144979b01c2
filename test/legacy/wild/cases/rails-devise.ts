import { bcrypt } from '../hashes.js';
import { CROWD, fullName, signsIn } from '../people.js';
import { insert, sql } from '../sql.js';
import type { WildCase } from '../wild-case.js';

const UNCONFIRMED = [6, 7];
/** Too many wrong passwords, which Devise forgets after an hour. */
const LOCKED = 8;
/** Signed up through Google, so there is no password. */
const OMNIAUTH = 9;

/** Rails 7 and 8 with Devise: confirmable, lockable, trackable, and omniauth. */
export const RAILS_DEVISE: WildCase = {
  about: 'Rails with Devise',
  schema: `
create table schema_migrations (version character varying not null primary key);
create table ar_internal_metadata (
  key character varying not null primary key, value character varying, created_at timestamp(6) not null, updated_at timestamp(6) not null
);
create table users (
  id bigserial primary key, email character varying default '' not null, encrypted_password character varying default '' not null,
  reset_password_token character varying, reset_password_sent_at timestamp(6), remember_created_at timestamp(6),
  sign_in_count integer default 0 not null, current_sign_in_at timestamp(6), last_sign_in_at timestamp(6),
  current_sign_in_ip character varying, last_sign_in_ip character varying, confirmation_token character varying,
  confirmed_at timestamp(6), confirmation_sent_at timestamp(6), unconfirmed_email character varying,
  failed_attempts integer default 0 not null, unlock_token character varying, locked_at timestamp(6), provider character varying,
  uid character varying, first_name character varying, last_name character varying, created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);
create unique index index_users_on_email on users (email);
create unique index index_users_on_reset_password_token on users (reset_password_token);
create unique index index_users_on_confirmation_token on users (confirmation_token);
create unique index index_users_on_unlock_token on users (unlock_token);
create table posts (
  id bigserial primary key, user_id bigint not null, created_at timestamp(6) not null, updated_at timestamp(6) not null,
  constraint fk_rails_5b5ddfd518 foreign key (user_id) references users (id)
);
${insert(
  'users',
  CROWD.map(({ number, first, last, email, password }) => ({
    email,
    encrypted_password: number === OMNIAUTH ? '' : bcrypt(password, 'a'),
    sign_in_count: number,
    first_name: first,
    last_name: last,
    confirmed_at: UNCONFIRMED.includes(number) ? null : '2022-05-06 07:08:09.123456',
    confirmation_token: `tok${number}`,
    locked_at: number === LOCKED ? sql('now()') : null,
    failed_attempts: number === LOCKED ? 20 : 0,
    provider: number === OMNIAUTH ? 'google_oauth2' : null,
    uid: number === OMNIAUTH ? '1234567890' : null,
    created_at: '2022-01-02 03:04:05.678901',
    updated_at: '2022-01-02 03:04:05.678901',
  })),
)}
insert into posts (user_id, created_at, updated_at) select id, now(), now() from users;`,
  people: CROWD.map((member) =>
    member.number === OMNIAUTH
      ? signsIn(member, { refused: 'INVALID_EMAIL_OR_PASSWORD' })
      : signsIn(member, {
          note: member.number === LOCKED ? 'locked for an hour' : undefined,
          user: {
            id: String(member.number),
            name: fullName(member),
            emailVerified: !UNCONFIRMED.includes(member.number),
            createdAt: '2022-01-02T03:04:05.678Z',
          },
        }),
  ),
  writes: [
    {
      what: 'signs somebody up',
      sql: `insert into "users" ("email", "encrypted_password", "sign_in_count", "failed_attempts", "created_at", "updated_at")
            values ('newbie@example.com', '${bcrypt('new one 123', 'a')}', 0, 0, '2024-01-01 00:00:00', '2024-01-01 00:00:00')
            returning "id"`,
      check: {
        sql: `select name, created_at::text, (select count(*)::integer from accounts a where a.user_id = u.id) as accounts
              from users u where email = 'newbie@example.com'`,
        answer: [{ name: 'newbie', created_at: '2024-01-01 00:00:00', accounts: 1 }],
      },
    },
  ],
};
