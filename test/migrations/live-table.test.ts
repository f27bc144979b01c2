import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { QueryRunner } from 'typeorm';
import { lockOf, type LockLevel } from '../../src/planning/lock-level.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATIONS } from '../../migrations/index.js';
import { startCommand } from './command.js';
import { record, watch } from './recorded.js';
import { fastapi, legacyDatabase, migrate, revert, VERSIONS, withDataSource, withTables } from './support.js';

const LEGACY = `
  create table users (
    id serial primary key, email text not null unique, full_name text, hashed_password text, is_verified boolean,
    is_active boolean not null default true, tenant text not null, created_at timestamp, updated_at timestamp
  );
  create index users_created on users (created_at);
  insert into users (email, full_name, hashed_password, is_verified, tenant, created_at)
  select case when n % 7 = 0 then ' User' else 'user' end || n || '@example.com', 'Name',
         '$2b$12$' || rpad(n::text, 53, 'x'), n % 2 = 0, 't', now()
  from generate_series(1, 3000) as n;
`;

const STRENGTH: readonly LockLevel[] = [
  'none',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'ACCESS EXCLUSIVE',
];
const levelOf = (mode: string) =>
  mode
    .replace(/Lock$/, '')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase() as LockLevel;

/** Locks on `users` that this session holds, without those of plain reads. */
const HELD = `
  select c.relname as "table", l.mode from pg_locks l join pg_class c on c.oid = l.relation
  where l.pid = pg_backend_pid() and c.relkind = 'r' and c.relname = 'users' and l.mode <> 'AccessShareLock'`;

/** Rows of `users` that scans have read in this session since it last reported its statistics. */
async function rowsRead(queryRunner: QueryRunner): Promise<number> {
  const [row] = (await queryRunner.query(
    `select pg_stat_get_xact_tuples_returned('users'::regclass)::integer as read`,
  )) as { read: number }[];
  return row?.read ?? 0;
}

describe.each(VERSIONS)('a live table on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await legacyDatabase(version, LEGACY);
  });
  afterEach(() => database.drop());
  const fileNode = async () =>
    (await database.query<{ node: number }>(`select pg_relation_filenode('users') as node`))[0]?.node;

  it('is neither rewritten nor scanned under a strong lock, and each lock is as strong as planned', async () => {
    const node = await fileNode();
    const stronger: string[] = [];
    const scanned: string[] = [];
    let strongLocks = 0;
    let held = new Set<string>();
    let readBefore = 0;
    await withDataSource(database.url, async (dataSource) => {
      watch(dataSource, async (sql, queryRunner) => {
        if (/^\s*start transaction/i.test(sql)) readBefore = await rowsRead(queryRunner);
        const rows = (await queryRunner.query(HELD)) as { mode: string }[];
        const modes = rows.map(({ mode }) => levelOf(mode));
        const planned = STRENGTH.indexOf(lockOf(sql).level);
        for (const mode of modes) {
          if (!held.has(mode) && !/^\s*commit/i.test(sql) && STRENGTH.indexOf(mode) > Math.max(planned, 1))
            stronger.push(`${mode}: ${sql}`);
        }
        held = new Set(modes);
        if (!/^\s*commit/i.test(sql)) return;
        held = new Set();
        if (!modes.some((mode) => STRENGTH.indexOf(mode) > STRENGTH.indexOf('SHARE UPDATE EXCLUSIVE')))
          return;
        strongLocks += 1;
        const read = (await rowsRead(queryRunner)) - readBefore;
        if (read > 0) scanned.push(`${read} rows under ${modes.join(', ')}`);
      });
      await dataSource.runMigrations();
    });
    expect(strongLocks).toBeGreaterThan(5);
    expect(scanned).toEqual([]);
    expect(stronger).toEqual([]);
    expect(await fileNode()).toBe(node);
    expect(await database.query('select indexrelid::regclass from pg_index where not indisvalid')).toEqual(
      [],
    );
    expect(await database.query(`select conname from pg_constraint where not convalidated`)).toEqual([]);
    await revert(database);
    expect(await fileNode()).toBe(node);
  });

  it.each([
    ['1s by default', '', '1s'],
    ['300ms if the URL says so', '?options=-c%20lock_timeout%3D300ms', '300ms'],
  ])('is altered with a lock timeout of %s', async (_what, query, expected) => {
    const timeouts = new Set<string>();
    await withDataSource(`${database.url}${query}`, async (dataSource) => {
      watch(dataSource, async (sql, queryRunner) => {
        if (!/^\s*alter table/i.test(sql)) return;
        const [row] = (await queryRunner.query('show lock_timeout')) as { lock_timeout: string }[];
        timeouts.add(row?.lock_timeout ?? '');
      });
      await dataSource.runMigrations();
    });
    expect([...timeouts]).toEqual([expected]);
  });

  it('gets no forbidden statement, neither up nor down', async () => {
    const statements = await withDataSource(database.url, async (dataSource) => {
      const recorded = record(dataSource);
      await dataSource.runMigrations();
      for (const _ of MIGRATIONS) await dataSource.undoLastMigration();
      return recorded;
    });
    const own = new Set(
      statements.flatMap((sql) => /^\s*create table (?:if not exists )?"?(\w+)/i.exec(sql)?.[1] ?? []),
    );
    const added = new Set(
      statements.flatMap(
        (sql) => /^\s*alter table (\w+ )add column ("?\w+"?)/i.exec(sql)?.slice(1).join('') ?? [],
      ),
    );
    const faults: string[] = [];
    const proven = new Set<string>();
    for (const statement of statements) {
      const sql = statement.replaceAll(/\s+/g, ' ').toLowerCase().trim();
      const table = /^alter table (?:only )?"?(\w+)/.exec(sql)?.[1] ?? '';
      const checked = /validate constraint "?gatehouse_(\w+)_not_null/.exec(sql)?.[1];
      if (checked) proven.add(`${table}.${checked}`);
      const required = /alter "?(\w+)"? set not null|add constraint \S+ not null "?(\w+)/.exec(sql);
      if (required && !proven.has(`${table}.${required[1] ?? required[2]}`)) faults.push(sql);
      if (/^(create (unique )?|drop )index (?!concurrently|\w+ on gatehouse\.)/.test(sql)) faults.push(sql);
      if (
        /add constraint (?!\S+ not null)/.test(sql) &&
        !own.has(table) &&
        !/(not valid|using index \S+)$/.test(sql)
      )
        faults.push(sql);
      if (/ alter "?\w+"? type (?!timestamp with(out)? time zone)/.test(sql)) faults.push(sql);
      const dropped = /^alter table (\w+ )drop column (?:if exists )?("?\w+"?)/.exec(sql);
      if (dropped && !added.has(`${dropped[1]}${dropped[2]}`)) faults.push(sql);
      if (/\boffset\b|^(truncate|vacuum|cluster|lock|reindex)\b|\bcascade$/.test(sql)) faults.push(sql);
      if (
        /^drop table (if exists )?(?!(if exists )?gatehouse\.)"?(\w+)/.test(sql) &&
        !own.has(/(\w+)"?$/.exec(sql)?.[1] ?? '')
      )
        faults.push(sql);
    }
    expect(statements.length).toBeGreaterThan(100);
    expect(faults).toEqual([]);
  });
});

describe('the entities', () => {
  it('match the tables that the migrations make', async () => {
    const database = await createDatabase();
    await migrate(database);
    const { upQueries } = await withTables(database.url, (dataSource) =>
      dataSource.driver.createSchemaBuilder().log(),
    );
    expect(upQueries.map(({ query }) => query)).toEqual([]);
    await database.drop();
  });
});

describe('progress', () => {
  it('is printed in lines without a terminal, and as a report for programs', async () => {
    const database = await fastapi(18);
    const report = join(tmpdir(), `gatehouse-report-${process.pid}.json`);
    const run = startCommand('run', database.url, { GATEHOUSE_REPORT: report });
    expect(await run.exit).toBe(0);
    expect(run.output()).toMatch(/^backfill users: \d+ %, \d+ of 1200 rows, \d+ a second, \d+ s left$/m);
    expect(run.output()).toMatch(
      /^backfill users: done, 1200 rows(, and \d+ that were added or moved meanwhile)? in \d+ s$/m,
    );
    expect(run.output()).not.toContain('\u001b');
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
      users: 1200,
      canSignIn: 1044,
      cannot: { 'no usable password': 118 },
      moved: 1080,
      skipped: 120,
      quarantined: [],
      conflicts: [expect.anything(), expect.anything()],
    });
    await rm(report);
    await database.drop();
  });

  it('is a bar on a terminal', async () => {
    const database = await fastapi(18);
    const { stdout } = await promisify(execFile)(
      'script',
      [
        '-qec',
        `${process.execPath} node_modules/typeorm/cli.js migration:run -d dist/ormconfig.js`,
        '/dev/null',
      ],
      { env: { ...process.env, DATABASE_URL: database.url, GATEHOUSE_QUIET: '' } },
    );
    expect(stdout.replaceAll('\r\u001b[K', '<again>')).toMatch(
      /<again>backfill users: \[#+\.*\] \d+ %, \d+ of 1200 rows, \d+ a second, \d+ s left/,
    );
    await database.drop();
  });
});
