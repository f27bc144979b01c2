import { plainTable } from '../plain-table.js';
import { CROWD, signsIn } from '../people.js';
import { sql, type Value } from '../sql.js';
import type { WildCase } from '../wild-case.js';

export const OTHER_SCHEMA = plainTable('a table in another schema', {
  before: 'create schema app;',
  table: 'app.users',
  usersTable: 'app.users',
  searchPath: 'app',
  columns: ['full_name text'],
  row: ({ first }) => ({ full_name: first }),
});

/** The owner sees all rows, because the policy is not forced upon it. */
export const ROW_LEVEL_SECURITY = plainTable('row-level security', {
  columns: ['tenant_id integer not null default 1', 'name text'],
  row: ({ number, first, email }) => ({
    name: first,
    email: number === 5 ? 'Barbara.Liskov@Example.com' : email,
  }),
  after: `alter table users enable row level security;
          create policy tenant on users using (tenant_id = nullif(current_setting('app.tenant', true), '')::integer);`,
});

/** Triggers that touch `updated_at`, copy the row to an audit table and notify, and a publication. */
export const OWN_TRIGGERS = plainTable('own triggers, suspended', {
  settings: { LEGACY_TRIGGERS: 'suspend' },
  columns: [
    'name text',
    'is_active boolean not null default true',
    'created_at timestamptz not null default now()',
    'updated_at timestamptz not null default now()',
    'version integer not null default 1',
  ],
  row: ({ number, first, email }) => ({
    name: number % 2 ? first : null,
    email: number === 5 ? 'Barbara.Liskov@Example.com' : email,
    updated_at: '2020-01-01 00:00:00+00',
  }),
  after: `
create table audit (id bigserial primary key, at timestamptz default now(), op text, old jsonb, new jsonb);
create function touch() returns trigger language plpgsql as $$
begin new.updated_at := now(); new.version := old.version + 1; return new; end $$;
create trigger touch before update on users for each row execute function touch();
create function audit() returns trigger language plpgsql as $$
begin insert into audit (op, old, new) values (tg_op, to_jsonb(old), to_jsonb(new)); return null; end $$;
create trigger audit after insert or update or delete on users for each row execute function audit();
create function tell() returns trigger language plpgsql as $$
begin perform pg_notify('users', new.id::text); return null; end $$;
create trigger tell after update on users for each row execute function tell();
create publication cdc for table users;`,
  afterwards: [
    { what: 'audited rows', sql: 'select count(*)::integer as rows from audit', answer: [{ rows: 0 }] },
    {
      what: 'users with their own updated_at',
      sql: `select count(*)::integer as rows from users where updated_at = '2020-01-01 00:00:00+00' and version = 1`,
      answer: [{ rows: 20 }],
    },
  ],
  forget: 'delete from audit',
});

/** Letters whose lower case is ASCII. Lower-casing them would hand one person's account to another. */
const LOOKALIKES: Readonly<Record<number, readonly [stored: string, ascii: string]>> = {
  1: ['\u0130brahim@example.com', 'ibrahim@example.com'],
  2: ['\u212aate@example.com', 'kate@example.com'],
};

export const LOOKALIKE_LETTERS = plainTable('letters whose lower case is ASCII', {
  email: ['email', 'varchar(400) not null unique'],
  row: ({ number, email }) => ({ email: LOOKALIKES[number]?.[0] ?? email }),
  people: CROWD.map((member) => {
    const ascii = LOOKALIKES[member.number]?.[1];
    return ascii
      ? signsIn({ ...member, email: ascii }, { refused: 'INVALID_EMAIL_OR_PASSWORD', note: 'ASCII twin' })
      : signsIn(member);
  }),
});

const createdAt = (type: string, value: (number: number) => Value): WildCase =>
  plainTable(`created_at ${type}`, {
    columns: [`created_at ${type.split(' ')[0]} not null`, `updated_at ${type.split(' ')[0]}`],
    row: ({ number }) => ({ created_at: value(number) }),
  });

export const EPOCH_SECONDS = createdAt('bigint', (number) => 1_650_000_000 + number);
export const DATES = createdAt('date', () => '2022-02-03');
export const INFINITE_TIMES = createdAt(
  'timestamptz with infinity',
  (number) =>
    ['-infinity', 'infinity', '0001-01-01 00:00:00+00 BC', '99999-01-01 00:00:00+00'][number - 1] ??
    sql('now()'),
);

const OWNER = { ownsDatabase: true, columns: ['full_name text', 'is_active boolean not null default true'] };

export const PLAIN = plainTable('a plain table', { ...OWNER, row: ({ first }) => ({ full_name: first }) });
export const EMPTY: WildCase = {
  about: 'an empty database',
  schema: 'select 1',
  people: [],
  ownsDatabase: true,
  byCommands: true,
};

export const DETECTED = plainTable('auth_user without settings', {
  table: 'auth_user',
  password: ['password', 'varchar(255)'],
});

export const UNKNOWN_PASSWORD_COLUMN: WildCase = {
  ...plainTable('users with a password column of an unknown name', {
    password: ['secret_thing', 'varchar(255)'],
    people: [],
  }),
  refused: /LEGACY_PASSWORD_COLUMN/,
  byCommands: true,
};

export const NAMED_PASSWORD_COLUMN: WildCase = plainTable(
  'users with a password column that a variable names',
  {
    password: ['secret_thing', 'varchar(255)'],
    settings: { LEGACY_PASSWORD_COLUMN: 'secret_thing' },
  },
);

const foreignSessions = (rest: Partial<WildCase>): WildCase => ({
  ...plainTable('sessions of connect-pg-simple', {
    before: `create table sessions (sid varchar primary key, sess json not null, expire timestamp(6) not null);
             create index "IDX_session_expire" on sessions (expire);`,
    columns: ['x integer'],
  }),
  ...rest,
});

export const FOREIGN_SESSIONS = foreignSessions({
  refused: /SESSION_MODEL_NAME/,
  people: [],
  byCommands: true,
});
export const FOREIGN_SESSIONS_BESIDE = foreignSessions({
  about: 'sessions of connect-pg-simple, ours under another name',
  settings: { SESSION_MODEL_NAME: 'auth_sessions' },
});

const onTime = (what: string, after: string): WildCase =>
  plainTable(`${what} on a timestamp column`, {
    columns: ['created_at timestamp not null default now()', 'updated_at timestamp'],
    row: () => ({ created_at: '2023-01-01 10:00:00', updated_at: '2023-01-02' }),
    after,
    writes: [
      {
        what: 'inserts with the default time in a session of New York',
        sql: `set local timezone to 'America/New_York'; insert into users (email) values ('n@example.com')`,
        check: {
          sql: `select created_at = now()::timestamp as unchanged from users where email = 'n@example.com'`,
          answer: [{ unchanged: true }],
        },
      },
    ],
  });

export const EXPRESSION_INDEX = onTime(
  'an expression index',
  'create index users_day on users ((created_at::date));',
);
export const PARTIAL_INDEX = onTime(
  'a partial index',
  `create index users_new on users (email) where created_at > timestamp '2023-01-01';`,
);
