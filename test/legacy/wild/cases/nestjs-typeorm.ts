import { bcrypt } from '../hashes.js';
import { CROWD, fullName, signsIn, uuid } from '../people.js';
import { insert } from '../sql.js';
import type { WildCase } from '../wild-case.js';

const INACTIVE = 4;

/** A NestJS application on TypeORM, with TypeORM's table `migrations` in use. */
export const NESTJS_TYPEORM: WildCase = {
  about: 'NestJS and TypeORM: "user" in camel case',
  byCommands: true,
  schema: `
create extension if not exists "uuid-ossp";
create table migrations (
  id serial not null, "timestamp" bigint not null, name character varying not null,
  constraint "PK_8c82d7f526340ab734260ea46be" primary key (id)
);
insert into migrations ("timestamp", name) values
  (1604164774154, 'CreateUser1604164774154'), (1777247209460, 'AddThings1777247209460');
create table "user" (
  id uuid not null default uuid_generate_v4(), email character varying not null, password character varying not null,
  "firstName" character varying, "lastName" character varying, "isActive" boolean not null default true,
  role character varying not null default 'user', "createdAt" timestamp not null default now(),
  "updatedAt" timestamp not null default now(), constraint "PK_cace4a159ff9f2512dd42373760" primary key (id),
  constraint "UQ_e12875dfb3b1d92d7d7c5377e22" unique (email)
);
create table post (
  id uuid not null default uuid_generate_v4() primary key, "authorId" uuid,
  constraint "FK_c6fb082a3114f35d0cc27c518e0" foreign key ("authorId") references "user" (id)
);
${insert(
  '"user"',
  CROWD.map((member) => ({
    id: uuid(member.number),
    email: member.email,
    password: bcrypt(member.password),
    firstName: member.first,
    lastName: member.last,
    isActive: member.number !== INACTIVE,
    createdAt: '2023-01-01 10:00:00',
  })),
)}
insert into post ("authorId") select id from "user";`,
  people: CROWD.map((member) =>
    member.number === INACTIVE
      ? signsIn(member, { refused: 'BANNED_USER' })
      : signsIn(member, {
          user: { id: uuid(member.number), name: fullName(member), createdAt: '2023-01-01T10:00:00.000Z' },
        }),
  ),
  writes: [
    {
      what: 'saves a new entity',
      sql: `insert into "user" ("id", "email", "password", "firstName", "lastName", "isActive", "role", "createdAt", "updatedAt")
            values (default, 'n@example.com', '${bcrypt('x')}', 'N', 'B', default, default, default, default)
            returning "id", "isActive", "role", "createdAt", "updatedAt"`,
      check: {
        sql: `select name, is_email_verified, (select count(*)::integer from accounts a where a.user_id = u.id) as accounts
              from users u where email = 'n@example.com'`,
        answer: [{ name: 'N B', is_email_verified: false, accounts: 1 }],
      },
    },
    {
      what: 'upserts',
      sql: `insert into "user" ("id", "email", "password") values ('${uuid(1)}', 'ada.lovelace@example.com', 'x')
            on conflict ("email") do update set "password" = excluded."password" returning id`,
    },
    { what: 'runs its own next migration', sql: `alter table "user" add column "phone" varchar` },
  ],
};
