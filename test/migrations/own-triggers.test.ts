import { inProcess } from '../legacy/wild/operator.js';
import type { TestDatabase } from '../setup/database.js';
import { catchUpIn } from '../switch-over/support.js';
import { legacyDatabase, VERSIONS } from './support.js';

const HASH = `$2b$12$k/3EQQYJEzvTlTpgHyyH6uZ..t8OOov0plBaLe5LNnZADOlHIv1Ae`;
/** Every mode that a trigger can have. Each counts the rows it saw, and the first also touches `updated_at`. */
const MODES = { ordinary: 'enable', always: 'enable always', replica: 'enable replica', off: 'disable' };
const SCHEMA = `
  create table seen (trigger text, old_email text);
  create table users (id serial primary key, email text not null unique, password text, is_active boolean not null default true, full_name text default 'Somebody',
    created_at timestamp not null default now(), updated_at timestamp not null default '2020-01-01');
  insert into users (email, password, is_active) values ('Ada@Example.com', '${HASH}', true), ('bob@example.com', '${HASH}', false);
  create function note() returns trigger language plpgsql as $$ begin
    insert into seen values (tg_name, old.email); new.updated_at := now(); return new; end $$;
  ${Object.entries(MODES)
    .map(
      ([name, mode]) =>
        `create trigger ${name} before update on users for each row execute function note(); alter table users ${mode} trigger ${name};`,
    )
    .join('\n')}
  create function note_all() returns trigger language plpgsql as $$ begin
    insert into seen select tg_name, email from before; return null; end $$;
  create trigger statement after update on users referencing old table as before for each statement execute function note_all();`;

const modes = (database: TestDatabase) =>
  database.query(
    `select tgname, tgenabled from pg_trigger where tgrelid = 'users'::regclass and not tgisinternal and tgname !~ '^gatehouse' order by 1`,
  );

describe.each(VERSIONS)('triggers of the legacy table on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await legacyDatabase(version, SCHEMA);
  });
  afterEach(() => database.drop());

  test('see nothing of the run, of a catch-up and of the revert if they are suspended, and keep their modes', async () => {
    const operator = inProcess(database.url, { LEGACY_TRIGGERS: 'suspend' });
    const before = [await modes(database), await database.query('select * from users order by id')];
    expect(await operator.run()).toEqual({ done: true, output: '' });
    expect(await modes(database)).toEqual(before[0]);
    expect(await database.query('select * from seen')).toEqual([]);
    // A row that the triggers of ours missed.
    await database.administer(
      `set session_replication_role to replica; alter table users disable trigger replica; alter table users disable trigger always;
       update users set banned = false, ban_reason = null where id = 2; alter table users enable replica trigger replica; alter table users enable always trigger always`,
    );
    await catchUpIn(database);
    expect(await database.query('select banned from users where id = 2')).toEqual([{ banned: true }]);
    expect(await database.query('select * from seen')).toEqual([]);
    expect(await modes(database)).toEqual(before[0]);
    expect(await operator.revertAll()).toEqual({ done: true, output: '' });
    expect([await modes(database), await database.query('select * from users order by id')]).toEqual(before);
    expect(await database.query('select * from seen')).toEqual([]);
  });

  test('that touch updated_at do not hide a wrong row from compat:check', async () => {
    const operator = inProcess(database.url, { LEGACY_TRIGGERS: 'fire' });
    expect(await operator.run()).toEqual({ done: true, output: '' });
    expect(await database.query('select distinct trigger from seen order by 1')).toEqual([
      { trigger: 'always' },
      { trigger: 'ordinary' },
      { trigger: 'statement' },
    ]);
    expect(await operator.check()).toMatchObject({ done: true });
    await database.administer(
      `alter table users disable trigger user; update users set name = 'Mallory' where id = 1; alter table users enable trigger user`,
    );
    const report = await operator.check();
    expect(report).toMatchObject({ done: false });
    expect(report.output).toMatch(/differ from the legacy columns/);
  });
});
