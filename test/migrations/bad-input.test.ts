import type { TestDatabase } from '../setup/database.js';
import { createMigratingDataSource } from '../../src/migrating/migrating-data-source.js';
import { createDatabase } from '../setup/database.js';
import { fingerprint, legacyDatabase, migrate, VERSIONS } from './support.js';

const USERS = 'create table users (id varchar(255) primary key, email text not null';

describe.each(VERSIONS)('the migrations on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  afterEach(() => database.drop());

  it.each([
    ['users without an id column', 'create table users (email text not null)', /users has no column id/],
    [
      'users without an e-mail column',
      'create table users (id text primary key, contact text)',
      /users has no column email/,
    ],
    [
      'an id that is not unique',
      'create table users (id text, email text)',
      /neither primary key nor unique/,
    ],
    [
      'an id of another type',
      'create table users (id numeric primary key, email text)',
      /users\.id is numeric/,
    ],
    [
      'an e-mail that two rows share',
      `${USERS}); insert into users values ('1', 'a@b.co'), ('2', 'a@b.co'), ('3', 'c@b.co')`,
      /E-mails that several users have, spelled identically: 1 \(a@b\.co \(id 1\) = a@b\.co \(id 2\)\)/,
    ],
    [
      'rows without e-mail',
      `create table users (id text primary key, email text); insert into users values ('1', null), ('2', ' '), ('3', 'c@b.co')`,
      /Users without an e-mail: 2 \(1, 2\)/,
    ],
    ['a flag as text', `${USERS}, is_active text)`, /users\.is_active is text.*LEGACY_ACTIVE_COLUMN/],
    [
      'a view',
      `create table people (id text, email text); create view users as select * from people`,
      /users is a view/,
    ],
    [
      'a partitioned table',
      'create table users (id text primary key, email text) partition by hash (id)',
      /users is a partitioned table/,
    ],
    [
      'a foreign sessions table',
      `${USERS}); create table sessions (sid text primary key, sess json)`,
      /sessions has no column id, so it seems to belong to another application/,
    ],
    [
      'a user_id of another type',
      `${USERS}); create table sessions (id text primary key, user_id integer not null, expires_at timestamptz)`,
      /sessions\.user_id is integer, but users\.id is character varying\(255\)/,
    ],
    [
      'an id too long',
      `create table users (id text primary key, email text); insert into users values (repeat('x', 256), 'a@b.co')`,
      /more than 255/,
    ],
  ])('refuse %s and change nothing', async (_what, sql, message) => {
    database = await legacyDatabase(version, sql);
    const before = await fingerprint(database);
    await expect(migrate(database)).rejects.toThrow(message);
    await expect(migrate(database)).rejects.toThrow(/^Nothing was changed/);
    expect(await fingerprint(database)).toEqual(before);
  });

  it('list all findings at once', async () => {
    database = await legacyDatabase(version, 'create table users (contact text, is_active text, name text)');
    await expect(migrate(database)).rejects.toThrow(/column id[^]*column email[^]*users\.is_active/);
  });

  it('refuse a LEGACY variable that names no column', async () => {
    database = await legacyDatabase(version, `${USERS})`);
    process.env['LEGACY_PASSWORD_COLUMN'] = 'pasword';
    try {
      await expect(migrate(database)).rejects.toThrow(
        /LEGACY_PASSWORD_COLUMN names "pasword", which users does not have/,
      );
    } finally {
      delete process.env['LEGACY_PASSWORD_COLUMN'];
    }
  });

  it('refuse to run as a role that does not own the table', async () => {
    database = await legacyDatabase(version, `${USERS})`);
    const role = `r${Date.now()}`;
    await database.administer(
      `create role ${role} login password 'secret'; grant all on schema public to ${role}`,
    );
    const url = new URL(database.url);
    [url.username, url.password] = [role, 'secret'];
    await expect(migrate({ ...database, url: url.href })).rejects.toThrow(
      /users belongs to the role "app_owner"/,
    );
    await database.administer(`drop owned by ${role}; drop role ${role}`);
  });

  it('describe an unreachable database in one sentence', async () => {
    database = await createDatabase({ version });
    const other = (change: (url: URL) => void) => {
      const url = new URL(database.url);
      change(url);
      return createMigratingDataSource(url.href).initialize();
    };
    await expect(other((url) => (url.port = '1'))).rejects.toThrow(
      /^No PostgreSQL answers at 127\.0\.0\.1:1/,
    );
    await expect(other((url) => (url.pathname = '/nowhere'))).rejects.toThrow(
      /^Database "nowhere" does not exist/,
    );
    await expect(other((url) => (url.username = 'nobody'))).rejects.toThrow(/refuses user "nobody"/);
  });
});
