import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from '../setup/database.js';
import { catalogue, digest, legacyDatabase, migrate, revert } from './support.js';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'node_modules/typeorm/cli.js');
const ROWS = 20_000;
/** Milliseconds between two questions. A database that is asked more often counts as busy, and the backfill slows down. */
const PAUSE = 120;

const LEGACY = `
  create table users (
    id text primary key, email text not null unique, full_name text, hashed_password text, is_verified boolean,
    is_active boolean not null default true, created_at timestamp, updated_at timestamp
  );
  insert into users
  select md5(n::text), case when n % 7 = 0 then ' User' else 'user' end || n || '@example.com',
         case when n % 5 > 0 then 'Name ' || n end,
         case when n % 3 > 0 then '$2b$12$' || rpad(n::text, 53, 'x') end, n % 2 = 0, n % 11 > 0,
         case when n % 13 > 0 then timestamp '2020-01-01' + n * interval '1 minute' end, null
  from generate_series(1, ${ROWS}) as n;
  insert into users values ('twin', 'USER1@example.com');
`;

/** Tables and columns to compare, without the times at which the migrations ran. */
const STATE: readonly (readonly [string, string])[] = [
  [
    'users',
    'id, email, name, image, is_email_verified, banned, ban_reason, full_name, hashed_password, is_active',
  ],
  ['users where created_at < now() - interval $$1 day$$', 'id, created_at, updated_at, email_verified'],
  ['accounts', 'id, user_id, provider_id, provider_user_id, password'],
  ['gatehouse.conflicts', '*'],
  ['gatehouse.original_values', 'relation, row_id, was'],
];

async function state(database: TestDatabase): Promise<string[]> {
  const digests: string[] = [];
  for (const [table, columns] of STATE) digests.push(await digest(database, table, columns));
  return [...(await catalogue(database)), ...digests];
}

/** Starts the TypeORM CLI on the compiled data source, as an operator does. */
function run(database: TestDatabase) {
  const environment = { ...process.env, DATABASE_URL: database.url, GATEHOUSE_QUIET: '1' };
  const args = [CLI, 'migration:run', '-d', join(ROOT, 'dist/ormconfig.js')];
  return spawn(process.execPath, args, { env: environment, stdio: 'ignore' });
}

/** `killed.test.ts` kills at random moments, on both versions. */
describe('a run that is killed in its first backfill', () => {
  let database: TestDatabase;
  let undisturbed: string[];
  let before: string[];
  const legacyState = async () => [...(await catalogue(database)), await digest(database, 'users')];

  beforeAll(async () => {
    if (!existsSync(join(ROOT, 'dist/ormconfig.js'))) throw new Error('compile first: npm run build');
    database = await legacyDatabase(18, LEGACY);
    before = await legacyState();
    await migrate(database);
    undisturbed = await state(database);
    await database.drop();
  });
  beforeEach(async () => {
    database = await legacyDatabase(18, LEGACY);
  });
  afterEach(() => database.drop());

  const progressed = () =>
    database
      .query<{ rows: string }>(`select rows from gatehouse.backfills where name = 'backfill users'`)
      .then(([row]) => Number(row?.rows ?? 0))
      .catch(() => 0);

  it('and repeated after the rows have moved ends like an undisturbed run', async () => {
    const child = run(database);
    const exited = once(child, 'exit');
    while ((await progressed()) === 0 && child.exitCode === null) await sleep(PAUSE);
    child.kill('SIGKILL');
    await exited;
    // Moves all rows: rows that were behind the end of the walk are before it now.
    await database.query('create index users_turned on users ((not banned), id desc)');
    await database.query('cluster users using users_turned');
    await database.query('drop index users_turned; alter table users set without cluster');
    await migrate(database);
    expect(await state(database)).toEqual(undisturbed);
  });

  it('during the backfill can be reverted', async () => {
    const child = run(database);
    const exited = once(child, 'exit');
    while ((await progressed()) === 0 && child.exitCode === null) await sleep(PAUSE);
    child.kill('SIGKILL');
    await exited;
    await revert(database);
    expect(await legacyState()).toEqual(before);
  });
});
