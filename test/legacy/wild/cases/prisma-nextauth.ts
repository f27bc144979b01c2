import { bcrypt } from '../hashes.js';
import { CROWD, fullName, nameFromEmail, signsIn } from '../people.js';
import { insert } from '../sql.js';
import type { WildCase } from '../wild-case.js';

/** Signed up through GitHub only. */
const WITHOUT_PASSWORD = 19;
const hasName = (number: number) => number % 5 !== 0;
const isVerified = (number: number) => number % 3 !== 0;

/** Ids as Prisma's `cuid()` makes them. */
const cuid = (number: number): string => `clh${String(number).padStart(22, 'x')}`;

/** Prisma with NextAuth and a credentials provider. */
export const PRISMA_NEXTAUTH: WildCase = {
  about: 'Prisma and NextAuth: "User", "Account", "Session"',
  schema: `
create type "Role" as enum ('USER', 'ADMIN');
create table "User" (
  id text not null, name text, email text, "emailVerified" timestamp(3), image text, password text,
  role "Role" not null default 'USER', "createdAt" timestamp(3) not null default current_timestamp,
  "updatedAt" timestamp(3) not null, constraint "User_pkey" primary key (id)
);
create table "Account" (
  id text not null, "userId" text not null, type text not null, provider text not null, "providerAccountId" text not null,
  refresh_token text, access_token text, expires_at integer, token_type text, scope text, id_token text, session_state text,
  constraint "Account_pkey" primary key (id)
);
create table "Session" (
  id text not null, "sessionToken" text not null, "userId" text not null, expires timestamp(3) not null,
  constraint "Session_pkey" primary key (id)
);
create table "VerificationToken" (identifier text not null, token text not null, expires timestamp(3) not null);
create table "Post" (id serial primary key, name text not null, "createdById" text not null);
create unique index "User_email_key" on "User" (email);
create unique index "Account_provider_providerAccountId_key" on "Account" (provider, "providerAccountId");
create unique index "Session_sessionToken_key" on "Session" ("sessionToken");
create unique index "VerificationToken_token_key" on "VerificationToken" (token);
create unique index "VerificationToken_identifier_token_key" on "VerificationToken" (identifier, token);
alter table "Post" add constraint "Post_createdById_fkey"
  foreign key ("createdById") references "User" (id) on delete restrict on update cascade;
alter table "Account" add constraint "Account_userId_fkey"
  foreign key ("userId") references "User" (id) on delete cascade on update cascade;
alter table "Session" add constraint "Session_userId_fkey"
  foreign key ("userId") references "User" (id) on delete cascade on update cascade;
create table _prisma_migrations (
  id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null,
  logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0
);
${insert(
  '"User"',
  CROWD.map((member) => ({
    id: cuid(member.number),
    name: hasName(member.number) ? fullName(member) : null,
    email: member.email,
    emailVerified: isVerified(member.number) ? '2023-03-04 05:06:07.890' : null,
    password: member.number >= WITHOUT_PASSWORD ? null : bcrypt(member.password),
    createdAt: '2023-01-01 10:00:00',
    updatedAt: '2023-01-01 10:00:00',
  })),
)}
insert into "Account" (id, "userId", type, provider, "providerAccountId", expires_at) values
  ('a1', '${cuid(WITHOUT_PASSWORD)}', 'oauth', 'github', '4711', 1900000000), ('a2', '${cuid(1)}', 'oauth', 'google', '999', null);
insert into "Session" values ('s1', 'tok-1', '${cuid(1)}', now() + interval '10 days');
insert into "Post" (name, "createdById") values ('p', '${cuid(1)}');`,
  people: CROWD.map((member) =>
    member.number >= WITHOUT_PASSWORD
      ? signsIn(member, { refused: 'INVALID_EMAIL_OR_PASSWORD' })
      : signsIn(member, {
          user: {
            id: cuid(member.number),
            name: hasName(member.number) ? fullName(member) : nameFromEmail(member),
            emailVerified: isVerified(member.number),
          },
        }),
  ),
  writes: [
    {
      what: 'creates a user',
      sql: `insert into "public"."User" ("id", "name", "email", "password", "role", "createdAt", "updatedAt")
            values ('cnew', 'N', 'n@example.com', null, cast('USER'::text as "public"."Role"), now(), now())
            returning "public"."User"."id"`,
    },
    {
      what: 'links an account',
      sql: `insert into "public"."Account" ("id", "userId", "type", "provider", "providerAccountId")
            values ('anew', '${cuid(3)}', 'oauth', 'github', '1') returning id`,
    },
    {
      what: 'creates a session',
      sql: `insert into "public"."Session" ("id", "sessionToken", "userId", "expires")
            values ('snew', 'tok-new', '${cuid(3)}', now()) returning id`,
    },
  ],
};
