import { aspnet } from '../hashes.js';
import { CROWD, signsIn, uuid, type Member } from '../people.js';
import { insert } from '../sql.js';
import type { WildCase } from '../wild-case.js';

const SECOND_FACTOR = 3;
const LOCKED_OUT = 4;
const UNCONFIRMED = 5;
const CAPITALS = 6;
/** Hashes from before ASP.NET Core. */
const OLD_HASHES = [18, 19];
const WITHOUT_PASSWORD = 20;

function hash({ number, password }: Member): string | null {
  if (number === WITHOUT_PASSWORD) return null;
  return OLD_HASHES.includes(number) ? aspnet.version2(password) : aspnet.version3(password);
}

function person(member: Member) {
  if (member.number === WITHOUT_PASSWORD) return signsIn(member, { refused: 'INVALID_EMAIL_OR_PASSWORD' });
  if (member.number === LOCKED_OUT) return signsIn(member, { refused: 'BANNED_USER' });
  return signsIn(member, {
    note: OLD_HASHES.includes(member.number) ? 'version 2' : 'version 3',
    user: { id: uuid(member.number), emailVerified: member.number !== UNCONFIRMED },
  });
}

const schema = `
create table "__EFMigrationsHistory" ("MigrationId" varchar(150) not null primary key, "ProductVersion" varchar(32) not null);
create table "AspNetRoles" (
  "Id" text not null, "Name" varchar(256), "NormalizedName" varchar(256), "ConcurrencyStamp" text,
  constraint "PK_AspNetRoles" primary key ("Id")
);
create table "AspNetUsers" (
  "Id" text not null, "UserName" varchar(256), "NormalizedUserName" varchar(256), "Email" varchar(256),
  "NormalizedEmail" varchar(256), "EmailConfirmed" boolean not null, "PasswordHash" text, "SecurityStamp" text,
  "ConcurrencyStamp" text, "PhoneNumber" text, "PhoneNumberConfirmed" boolean not null, "TwoFactorEnabled" boolean not null,
  "LockoutEnd" timestamptz, "LockoutEnabled" boolean not null, "AccessFailedCount" integer not null,
  constraint "PK_AspNetUsers" primary key ("Id")
);
create table "AspNetUserLogins" (
  "LoginProvider" text not null, "ProviderKey" text not null, "ProviderDisplayName" text, "UserId" text not null,
  constraint "PK_AspNetUserLogins" primary key ("LoginProvider", "ProviderKey"),
  constraint "FK_l" foreign key ("UserId") references "AspNetUsers" ("Id") on delete cascade
);
create table "AspNetUserRoles" (
  "UserId" text not null references "AspNetUsers" ("Id") on delete cascade,
  "RoleId" text not null references "AspNetRoles" ("Id") on delete cascade, primary key ("UserId", "RoleId")
);
create index "EmailIndex" on "AspNetUsers" ("NormalizedEmail");
create unique index "UserNameIndex" on "AspNetUsers" ("NormalizedUserName");
${insert(
  '"AspNetUsers"',
  CROWD.map((member) => ({
    Id: uuid(member.number),
    UserName: member.email,
    NormalizedUserName: member.email.toUpperCase(),
    Email: member.number === CAPITALS ? 'Donald.Knuth@Example.com' : member.email,
    NormalizedEmail: member.email.toUpperCase(),
    EmailConfirmed: member.number !== UNCONFIRMED,
    PasswordHash: hash(member),
    SecurityStamp: 'S',
    PhoneNumberConfirmed: false,
    TwoFactorEnabled: member.number === SECOND_FACTOR,
    LockoutEnd: member.number === LOCKED_OUT ? '9999-12-31 23:59:59+00' : null,
    LockoutEnabled: true,
    AccessFailedCount: 0,
  })),
)}
insert into "AspNetUserLogins" values ('Google', 'g1', 'Google', '${uuid(WITHOUT_PASSWORD)}');`;

/** ASP.NET Core Identity on Entity Framework 8 and Npgsql. */
export const ASPNET_IDENTITY: WildCase = {
  about: 'ASP.NET Core Identity, second factors acknowledged',
  settings: { LEGACY_SECOND_FACTOR: 'ignore' },
  schema,
  people: CROWD.map(person),
  writes: [
    {
      what: 'adds a user',
      sql: `insert into "AspNetUsers" ("Id", "AccessFailedCount", "ConcurrencyStamp", "Email", "EmailConfirmed", "LockoutEnabled",
              "LockoutEnd", "NormalizedEmail", "NormalizedUserName", "PasswordHash", "PhoneNumber", "PhoneNumberConfirmed",
              "SecurityStamp", "TwoFactorEnabled", "UserName")
            values ('nnn', 0, 'c', 'n@example.com', false, true, null, 'N@EXAMPLE.COM', 'N@EXAMPLE.COM', '${aspnet.version3('x')}',
              null, false, 's', false, 'n@example.com')`,
    },
  ],
};

export const ASPNET_SECOND_FACTOR: WildCase = {
  about: 'ASP.NET Core Identity with a second factor',
  schema,
  refused: /LEGACY_SECOND_FACTOR/,
  people: [],
};
