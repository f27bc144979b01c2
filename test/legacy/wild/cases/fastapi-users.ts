import { argon2, bcrypt } from '../hashes.js';
import { CROWD, signsIn, uuid } from '../people.js';
import { insert } from '../sql.js';
import type { WildCase } from '../wild-case.js';

const INACTIVE = 4;
const CAPITALS = 7;
const isVerified = (number: number) => number % 3 !== 0;

const rows = await Promise.all(
  CROWD.map(async ({ number, email, password }) => ({
    id: uuid(number),
    email: number === CAPITALS ? 'Frances.Allen@Example.com' : email,
    hashed_password: number % 2 ? await argon2(password, 'argon2id', [65_536, 3, 4]) : bcrypt(password),
    is_active: number !== INACTIVE,
    is_superuser: number === 1,
    is_verified: isVerified(number),
  })),
);

/** fastapi-users 13 and 14 with SQLAlchemy and pwdlib, which writes argon2 and accepts bcrypt. */
export const FASTAPI_USERS: WildCase = {
  about: 'fastapi-users',
  schema: `
create table "user" (
  id uuid not null, email varchar(320) not null, hashed_password varchar(1024) not null, is_active boolean not null,
  is_superuser boolean not null, is_verified boolean not null, primary key (id)
);
create unique index ix_user_email on "user" (email);
create table oauth_account (
  id uuid not null, user_id uuid not null, oauth_name varchar(100) not null, access_token varchar(1024) not null,
  expires_at integer, refresh_token varchar(1024), account_id varchar(320) not null, account_email varchar(320) not null,
  primary key (id), foreign key (user_id) references "user" (id) on delete cascade
);
create table accesstoken (
  token varchar(43) not null, created_at timestamptz not null, user_id uuid not null, primary key (token),
  foreign key (user_id) references "user" (id) on delete cascade
);
create table alembic_version (version_num varchar(32) not null primary key);
${insert('"user"', rows)}
insert into oauth_account values ('${uuid(900)}', '${uuid(1)}', 'google', 'at', 1900000000, 'rt', 'g-1', 'ada@gmail.com');`,
  people: CROWD.map((member) =>
    member.number === INACTIVE
      ? signsIn(member, { refused: 'BANNED_USER' })
      : signsIn(member, { user: { id: uuid(member.number), emailVerified: isVerified(member.number) } }),
  ),
  writes: [
    {
      what: 'registers a user',
      sql: `insert into "user" (id, email, hashed_password, is_active, is_superuser, is_verified)
            values ('${uuid(99)}', 'N@example.com', '${bcrypt('x')}', true, false, false)`,
      check: {
        sql: `select name, email, created_at is not null as dated,
                (select count(*)::integer from accounts a where a.user_id = u.id) as accounts
              from users u where id = '${uuid(99)}'`,
        answer: [{ name: 'n', email: 'n@example.com', dated: true, accounts: 1 }],
      },
    },
  ],
};
