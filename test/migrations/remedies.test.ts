import { inProcess, type Operator } from '../legacy/wild/operator.js';
import { difference, isEmptyMigrationsTable, snapshot } from '../legacy/wild/snapshot.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';

type Settings = Readonly<Record<string, string>>;

/** What an operator does after reading the message. */
interface Remedy {
  /** Variables. The message must name each of them with this value, or with a value in angle brackets. */
  readonly settings?: Settings;
  /** Finds the SQL that the message says to run. */
  readonly run?: RegExp;
  /** True if the application's own triggers change rows, so that they differ after a revert. */
  readonly changesRows?: true;
  /** SQL that the message describes in words. */
  readonly sql?: string;
}

interface Stop {
  readonly about: string;
  readonly schema: string;
  readonly settings?: Settings;
  readonly message: RegExp;
  readonly remedies: readonly Remedy[];
}

const HASH = `$2b$12$k/3EQQYJEzvTlTpgHyyH6uZ..t8OOov0plBaLe5LNnZADOlHIv1Ae`;
/** A table with three users, and further columns with three values each. */
const table = (
  columns: Readonly<Record<string, readonly [type: string, ...values: string[]]>> = {},
): string => {
  const names = Object.keys(columns);
  const types = names.map((name) => `, ${name} ${columns[name]?.[0]}`).join('');
  const rows = [1, 2, 3].map((n) => {
    const values = names.map((name) => `, ${columns[name]?.[n] ?? 'default'}`).join('');
    return `(default, 'u${n}@example.com', '${HASH}'${values})`;
  });
  return `create table users (id serial primary key, email text unique, password text${types}); insert into users values ${rows.join(', ')};`;
};
const plain = `create table users (id serial primary key, email text unique, password text); insert into users (email, password) values ('u@example.com', '${HASH}');`;

const foreign = (variable: string, name: string, columns: string): Stop => ({
  about: `a table ${name} of another application`,
  schema: `${plain} create table ${name} (${columns});`,
  message: new RegExp(`${variable}=auth_${name}`),
  remedies: [{ settings: { [variable]: `auth_${name}` } }],
});

const STOPS: readonly Stop[] = [
  {
    about: 'a status with two values',
    schema: table({ status: ['text', `'active'`, `'blocked'`, `'active'`] }),
    message: /The column status may keep users out/,
    remedies: [
      { settings: { LEGACY_STATUS_COLUMN: 'status', LEGACY_ACTIVE_STATUSES: 'active' } },
      { settings: { LEGACY_STATUS_COLUMN: 'none' } },
    ],
  },
  {
    about: 'a status without the values that may sign in',
    schema: table({ status: ['integer', '1', '2', '1'] }),
    settings: { LEGACY_STATUS_COLUMN: 'status' },
    message: /nothing says with which values/,
    remedies: [{ settings: { LEGACY_STATUS_COLUMN: 'status', LEGACY_ACTIVE_STATUSES: '1' } }],
  },
  {
    about: 'a second factor',
    schema: `${table({ otp_secret: ['text', `'x'`, 'null', 'null'] })} create table mfa_factors (id integer); insert into mfa_factors values (1);`,
    message: /otp_secret is set for 1 .*mfa_factors has 1 rows/,
    remedies: [{ settings: { LEGACY_SECOND_FACTOR: 'ignore' } }],
  },
  {
    about: 'flags without a value',
    schema: table({
      is_active: ['boolean', 'true', 'null', 'true'],
      enabled: ['boolean', 'true', 'true', 'false'],
    }),
    message: /neither active nor inactive/,
    remedies: [
      { settings: { LEGACY_ACTIVE_COLUMN: 'is_active,enabled' } },
      { sql: 'update users set is_active = false where is_active is null' },
    ],
  },
  {
    about: 'columns that may keep users out, beside one that does',
    schema: table({
      blocked: ['boolean', 'false', 'true', 'false'],
      archived: ['boolean', 'true', 'false', 'false'],
      is_locked: ['smallint', '0', '0', '1'],
    }),
    message: /The column archived may keep users out/,
    remedies: [
      { settings: { LEGACY_DISABLED_COLUMN: 'blocked,archived,is_locked' } },
      { settings: { LEGACY_DISABLED_COLUMN: 'blocked' } },
    ],
  },
  {
    about: 'a column that says who is approved',
    schema: table({ is_approved: ['boolean', 'true', 'false', 'true'] }),
    message: /The column is_approved may keep users out/,
    remedies: [
      { settings: { LEGACY_ACTIVE_COLUMN: 'is_approved' } },
      { settings: { LEGACY_ACTIVE_COLUMN: 'none' } },
    ],
  },
  {
    about: 'an active column of another type',
    schema: table({ is_active: ['text', `'y'`, `'n'`, `'y'`], ok: ['boolean', 'true', 'false', 'true'] }),
    message: /users.is_active is text, but active must be a boolean column/,
    remedies: [{ settings: { LEGACY_ACTIVE_COLUMN: 'ok' } }, { settings: { LEGACY_ACTIVE_COLUMN: 'none' } }],
  },
  {
    about: 'an active column that is generated',
    schema: table({
      locked_until: ['timestamptz', 'null', `'2200-01-01'`, 'null'],
      is_active: ['boolean generated always as (locked_until is null) stored'],
    }),
    message: /users.is_active is a generated column/,
    remedies: [{ settings: { LEGACY_ACTIVE_COLUMN: 'none' } }],
  },
  {
    about: 'hashes of an unknown format',
    schema: `${plain} update users set password = 'x:!unknown';`,
    message: /has an unknown format/,
    remedies: [{ settings: { LEGACY_UNKNOWN_HASHES: 'keep' } }],
  },
  {
    about: 'no column for passwords',
    schema: `create table users (id serial primary key, email text unique, secret text); insert into users (email, secret) values ('u@example.com', '${HASH}');`,
    message: /no column that is known to hold passwords/,
    remedies: [
      { settings: { LEGACY_PASSWORD_COLUMN: 'secret' } },
      { settings: { LEGACY_PASSWORD_COLUMN: 'none' } },
    ],
  },
  {
    about: 'several tables that look like users',
    schema: ['customers', 'people'].map((name) => plain.replaceAll('users', name)).join(' '),
    message: /these tables look like it: customers \(1 rows\), people \(1 rows\)/,
    remedies: [
      { settings: { LEGACY_USERS_TABLE: 'customers' } },
      { settings: { LEGACY_USERS_TABLE: 'none' } },
    ],
  },
  {
    about: 'an empty table beside one with users',
    schema: `create table users (id serial primary key, email text, password text); ${plain.replaceAll('users', 'members')}`,
    message: /The table members looks like users too/,
    remedies: [
      { sql: 'alter table users rename to users_old', settings: { LEGACY_USERS_TABLE: 'members' } },
      { settings: { LEGACY_USERS_TABLE: 'users' } },
    ],
  },
  {
    about: 'users without an e-mail',
    schema: `${plain} insert into users (email) values (null), (' '), ('');`,
    message: /Users without an e-mail: 3/,
    remedies: [
      { settings: { LEGACY_MISSING_EMAIL: 'skip' } },
      { settings: { LEGACY_MISSING_EMAIL: 'placeholder' } },
      { sql: `update users set email = 'n' || id || '@example.com' where coalesce(trim(email), '') = ''` },
    ],
  },
  {
    about: 'users without an e-mail, several with the same blank one',
    schema: `create table users (id serial primary key, email text not null, password text);
             insert into users (email) values (''), (''), ('Ada@Example.com');`,
    message: /Users without an e-mail: 2/,
    remedies: [
      { settings: { LEGACY_MISSING_EMAIL: 'skip' } },
      { settings: { LEGACY_MISSING_EMAIL: 'placeholder' } },
    ],
  },
  {
    about: 'an e-mail of several users',
    schema: `create table users (id serial primary key, email text, password text, created_at timestamp);
             insert into users (email, password, created_at) values ('Twin@example.com', '${HASH}', '2020-01-01'),
               ('Twin@example.com', '${HASH}', '2022-01-01'), ('Twin@example.com', '${HASH}', '2021-01-01'), ('a@b.example', null, null);`,
    message: /E-mails that several users have, spelled identically: 1/,
    remedies: [
      { settings: { LEGACY_DUPLICATE_EMAIL: 'keep-newest' } },
      {
        sql: `update users set email = 'n' || id || '@example.com' where id < 3; delete from users where id = 3`,
      },
    ],
  },
  {
    about: 'integer ids without a default',
    schema: `create table users (id integer primary key, email text unique, password text); insert into users values (7, 'u@example.com', '${HASH}');`,
    message: /users.id is integer and has no default/,
    remedies: [{ run: /Run: (create sequence .*?'\))(?:\.|$)/ }],
  },
  {
    about: 'numeric ids without a default',
    schema: `create table users ("userId" numeric(12) primary key, email text unique, password text); insert into users values (7, 'u@example.com', '${HASH}');`,
    settings: { LEGACY_ID_COLUMN: 'userId' },
    message: /has no default/,
    remedies: [{ settings: { LEGACY_ID_COLUMN: 'userId' }, run: /Run: (create sequence .*?'\))(?:\.|$)/ }],
  },
  {
    about: 'ids that are not unique',
    schema: `create table users (id text not null, email text unique, password text); insert into users values ('a', 'u@example.com', '${HASH}');`,
    message: /neither primary key nor unique/,
    remedies: [{ run: /Run: (alter table .*? add primary key \(.*?\))/ }],
  },
  {
    about: 'ids that are too short',
    schema: `create table users (id varchar(20) primary key, email text unique, password text); insert into users values ('a', 'u@example.com', '${HASH}');`,
    message: /too short for 32 characters/,
    remedies: [{ run: /Run: (alter table .*? type varchar\(\d+\))/ }],
  },
  {
    about: 'ids padded with blanks',
    schema: `create table users (id char(40) primary key, email text unique, password text); insert into users values ('a', 'u@example.com', '${HASH}');`,
    message: /padded with blanks/,
    remedies: [{ run: /Run: (alter table .*? type varchar\(\d+\))/ }],
  },
  {
    about: 'ids of another type',
    schema: `create table users (id inet primary key, email text unique, password text); insert into users values ('10.0.0.1', 'u@example.com', '${HASH}');`,
    message: /users.id is inet/,
    remedies: [{ sql: 'alter table users alter id type text' }],
  },
  {
    about: 'forced row-level security',
    schema: `${plain} alter table users enable row level security; alter table users force row level security;
             create policy own on users using (email = current_setting('app.email', true));`,
    message: /hides rows from this role/,
    remedies: [{ run: /run: (alter table .*? no force row level security)/ }],
  },
  {
    about: 'triggers of its own',
    schema: `${table({ updated_at: ['timestamp', `'2020-01-01'`, `'2020-01-01'`, `'2020-01-01'`] })}
             create function touch() returns trigger language plpgsql as $$ begin new.updated_at := now(); return new; end $$;
             create trigger touch before update on users for each row execute function touch();`,
    message: /triggers of its own/,
    remedies: [
      { settings: { LEGACY_TRIGGERS: 'fire' }, changesRows: true },
      { settings: { LEGACY_TRIGGERS: 'suspend' } },
    ],
  },
  {
    about: 'a view in front of the table',
    schema: `${plain.replaceAll('users', 'people')} create view users as select id, email, password from people;`,
    message: /users is a view/,
    remedies: [{ sql: 'alter view users rename to users_view', settings: { LEGACY_USERS_TABLE: 'people' } }],
  },
  {
    about: 'a partitioned table',
    schema: `create table users (id serial primary key, email text, password text) partition by hash (id);
             create table users_0 partition of users for values with (modulus 2, remainder 0);
             create table users_1 partition of users for values with (modulus 2, remainder 1);
             insert into users (email, password) values ('u@example.com', '${HASH}');`,
    message: /users is a partitioned table/,
    remedies: [
      {
        sql: `create table users_plain (like users including all); insert into users_plain select * from users;
              alter table users rename to users_parts; alter table users_plain rename to users;
              alter sequence users_id_seq owned by users.id; drop table users_parts;`,
      },
    ],
  },
  {
    about: 'an e-mail column that is generated',
    schema: `create table users (id serial primary key, login text, email text generated always as (login) stored unique, password text);
             insert into users (login, password) values ('u@example.com', '${HASH}');`,
    message: /users.email is a generated column/,
    remedies: [{ sql: 'alter table users alter email drop expression' }],
  },
  {
    about: 'a table of another name whose ids are too short',
    schema: `create table "Members" ("memberId" varchar(20) primary key, "eMail" text unique, password text);
             insert into "Members" values ('a', 'u@example.com', '${HASH}');`,
    settings: { LEGACY_USERS_TABLE: 'Members', LEGACY_ID_COLUMN: 'memberId' },
    message: /Members.memberId is character varying\(20\), which is too short/,
    remedies: [
      {
        settings: { LEGACY_USERS_TABLE: 'Members', LEGACY_ID_COLUMN: 'memberId' },
        run: /Run: (alter table .*? type varchar\(\d+\))/,
      },
    ],
  },
  foreign(
    'SESSION_MODEL_NAME',
    'sessions',
    'id varchar primary key, user_id bigint, payload text not null, last_activity integer not null',
  ),
  foreign('ACCOUNT_MODEL_NAME', 'accounts', 'id serial primary key, owner text not null, balance numeric'),
  foreign('VERIFICATION_MODEL_NAME', 'verifications', 'id serial primary key, code text'),
  foreign('JWKS_MODEL_NAME', 'jwks', 'kid text primary key, key jsonb'),
  foreign('RATE_LIMIT_MODEL_NAME', 'rate_limits', 'key text primary key, hits integer'),
];

async function load(schema: string): Promise<TestDatabase> {
  const database = await createDatabase();
  await database.query(schema);
  return database;
}

describe.each(STOPS)('$about', ({ schema, settings = {}, message, remedies }) => {
  let output = '';

  test('stops the run, which changes nothing', async () => {
    const database = await load(schema);
    try {
      const before = await snapshot(database);
      const operator = inProcess(database.url, settings);
      const result = await operator.run();
      output = result.output;
      expect(result).toEqual({ done: false, output: expect.stringMatching(message) as string });
      expect(difference(before, await snapshot(database))).toEqual([]);
    } finally {
      await database.drop();
    }
  });

  test.each(remedies)(
    '%j leads to the end, and back',
    async ({ settings: chosen = {}, run, sql, changesRows }) => {
      for (const [name, value] of Object.entries(chosen)) {
        if (settings[name] !== value) expect(output).toMatch(new RegExp(`${name}=(?:${value}\\b|\\w+\\b|<)`));
      }
      const statement = run ? run.exec(output)?.[1] : sql;
      if (run) expect(statement).toBeDefined();
      const database = await load(schema);
      try {
        if (statement) await database.query(statement);
        const before = await snapshot(database);
        const operator = inProcess(database.url, chosen);
        await expectDone(operator, 'run');
        await expectDone(operator, 'check');
        await expectDone(operator, 'revertAll');
        const left = difference(before, await snapshot(database)).filter(
          (line) => !isEmptyMigrationsTable(line),
        );
        if (!changesRows) expect(left).toEqual([]);
      } finally {
        await database.drop();
      }
    },
  );
});

async function expectDone(operator: Operator, step: keyof Operator): Promise<void> {
  const { done, output } = await operator[step]();
  if (!done) throw new Error(`${step}: ${output}`);
}
