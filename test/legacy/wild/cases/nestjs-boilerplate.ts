import { bcrypt } from '../hashes.js';
import { CROWD, fullName, signsIn, type Member } from '../people.js';
import { insert, sql } from '../sql.js';
import type { WildCase } from '../wild-case.js';

const INACTIVE = 16;
const DELETED = 17;
/** Signed up through Facebook, so there is no password. */
const FACEBOOK = 18;

function person(member: Member) {
  if (member.number === DELETED)
    return signsIn(member, { refused: 'INVALID_EMAIL_OR_PASSWORD', note: 'soft-deleted' });
  if (member.number === INACTIVE) return signsIn(member, { refused: 'BANNED_USER', note: 'inactive status' });
  return signsIn(member, { user: { id: String(member.number), name: fullName(member) } });
}

/** The NestJS boilerplate of brocoders: a numeric status, soft deletion, nullable e-mail and password, a table `session`. */
export const NESTJS_BOILERPLATE: WildCase = {
  about: 'NestJS boilerplate with a status and soft deletion',
  settings: { LEGACY_STATUS_COLUMN: 'statusId', LEGACY_ACTIVE_STATUSES: '1' },
  schema: `
create extension if not exists "uuid-ossp";
create table role (id integer not null primary key, name varchar not null);
create table status (id integer not null primary key, name varchar not null);
create table file (id uuid not null default uuid_generate_v4() primary key, path varchar not null);
insert into role values (1, 'Admin'), (2, 'User');
insert into status values (1, 'Active'), (2, 'Inactive');
create table "user" (
  id serial not null, email character varying, password character varying, provider character varying not null default 'email',
  "socialId" character varying, "firstName" character varying, "lastName" character varying,
  "createdAt" timestamp not null default now(), "updatedAt" timestamp not null default now(), "deletedAt" timestamp,
  "photoId" uuid, "roleId" integer, "statusId" integer, constraint "UQ_e12875dfb3b1d92d7d7c5377e22" unique (email),
  constraint "REL_75e2be4ce11d447ef43be0e374" unique ("photoId"), constraint "PK_cace4a159ff9f2512dd42373760" primary key (id)
);
create index "IDX_9bd2fe7a8e694dedc4ec2f666f" on "user" ("socialId");
create table session (
  id serial not null, hash character varying not null, "createdAt" timestamp not null default now(),
  "updatedAt" timestamp not null default now(), "deletedAt" timestamp, "userId" integer,
  constraint "PK_f55da76ac1c3ac420f444d2ff11" primary key (id)
);
create index "IDX_3d2f174ef04fb312fdebd0ddc5" on session ("userId");
alter table "user"
  add constraint fk1 foreign key ("photoId") references file (id), add constraint fk2 foreign key ("roleId") references role (id),
  add constraint fk3 foreign key ("statusId") references status (id);
alter table session add constraint fk4 foreign key ("userId") references "user" (id) on delete cascade;
${insert(
  '"user"',
  CROWD.map(({ number, first, last, email, password }) => ({
    email,
    password: number === FACEBOOK ? null : bcrypt(password),
    provider: number === FACEBOOK ? 'facebook' : 'email',
    socialId: number === FACEBOOK ? 'fb1' : null,
    firstName: first,
    lastName: last,
    roleId: 2,
    statusId: number === INACTIVE ? 2 : 1,
    deletedAt: number === DELETED ? sql('now()') : null,
  })),
)}
insert into session (hash, "userId") select md5(id::text), id from "user";`,
  people: CROWD.filter(({ number }) => number !== FACEBOOK).map(person),
  writes: [
    {
      what: 'creates a session',
      sql: `insert into "session" ("id", "hash", "createdAt", "updatedAt", "deletedAt", "userId")
            values (default, 'h', default, default, default, 1) returning id`,
    },
  ],
};
