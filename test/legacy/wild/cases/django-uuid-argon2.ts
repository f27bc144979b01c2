import { django } from '../hashes.js';
import { CROWD, fullName, nameFromEmail, signsIn, uuid, type Member } from '../people.js';
import { insert, sql } from '../sql.js';
import type { WildCase } from '../wild-case.js';

/** The hashers that such a project has had over the years. */
const HASHERS = [
  ['argon2', django.argon2],
  ['pbkdf2_sha256', django.pbkdf2Sha256],
  ['bcrypt_sha256', django.bcryptSha256],
  ['scrypt', django.scrypt],
  ['bcrypt', django.bcrypt],
] as const;

const hasherOf = ({ number }: Member) => HASHERS[number % HASHERS.length] ?? HASHERS[0];
const hasName = ({ number }: Member) => number % 2 === 1;

const rows = await Promise.all(
  CROWD.map(async (member) => ({
    password: await hasherOf(member)[1](member.password),
    is_superuser: false,
    first_name: member.first,
    last_name: member.last,
    is_staff: false,
    is_active: true,
    date_joined: sql('now()'),
    id: uuid(member.number),
    email: member.email,
    name: hasName(member) ? fullName(member) : '',
  })),
);

/** A user class of one's own, derived from `AbstractUser`, with UUIDs and without user names. */
export const DJANGO_UUID_ARGON2: WildCase = {
  about: 'Django user class with UUIDs, hashes of five hashers',
  schema: `
create table users_user (
  password varchar(128) not null, last_login timestamptz null, is_superuser boolean not null, first_name varchar(150) not null,
  last_name varchar(150) not null, is_staff boolean not null, is_active boolean not null, date_joined timestamptz not null,
  id uuid not null primary key, email varchar(254) not null unique, name varchar(255) not null
);
create index users_user_email_243f6e77_like on users_user (email varchar_pattern_ops);
create table authtoken_token (
  key varchar(40) not null primary key, created timestamptz not null,
  user_id uuid not null unique references users_user (id) deferrable initially deferred
);
${insert('users_user', rows)}`,
  people: CROWD.map((member) =>
    signsIn(member, {
      note: hasherOf(member)[0],
      user: { id: uuid(member.number), name: hasName(member) ? fullName(member) : nameFromEmail(member) },
    }),
  ),
  writes: [
    {
      what: 'creates a user',
      sql: `insert into users_user (password, is_superuser, first_name, last_name, is_staff, is_active, date_joined, id, email, name)
            values ('${django.pbkdf2Sha256('new one 123')}', false, '', '', false, true, now(), '${uuid(99)}', 'n@example.com', 'N')`,
      check: {
        sql: `select count(*)::integer as accounts from accounts where user_id = '${uuid(99)}'`,
        answer: [{ accounts: 1 }],
      },
    },
  ],
};
