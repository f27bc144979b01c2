import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MIGRATIONS } from '../../migrations/index.js';
import type { Entities } from '../../src/database/connect.js';
import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import {
  createMigratingDataSource,
  type MigratingDataSource,
} from '../../src/migrating/migrating-data-source.js';
import { createDatabase, type PostgresVersion, type TestDatabase } from '../setup/database.js';

process.env['GATEHOUSE_QUIET'] = '1';

export const VERSIONS: readonly PostgresVersion[] = [18, 14];

type Work<Result> = (dataSource: MigratingDataSource) => Promise<Result>;

/** The data source of migrations, which need no classes of tables. */
export async function withDataSource<Result>(
  url: string,
  work: Work<Result>,
  entities?: Entities,
): Promise<Result> {
  const dataSource = createMigratingDataSource(url, NO_FIELDS, entities);
  await dataSource.initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/**
 * The data source with the classes of the tables, for comparisons with the database. They bring the whole application along,
 * so they are loaded only where a test needs them.
 */
export async function withTables<Result>(url: string, work: Work<Result>): Promise<Result> {
  const { entitiesWith } = await import('../../src/assembly/entities.js');
  return withDataSource(url, work, entitiesWith(NO_FIELDS));
}

export function migrate(database: TestDatabase): Promise<number> {
  return withDataSource(database.url, async (dataSource) => (await dataSource.runMigrations()).length);
}

export function revert(database: TestDatabase, steps: number = MIGRATIONS.length): Promise<void> {
  return withDataSource(database.url, async (dataSource) => {
    for (let step = 0; step < steps; step++) await dataSource.undoLastMigration();
  });
}

/** Reverts `migration` and all later ones. Returns how many these are. */
export async function revertFrom(database: TestDatabase, migration: string): Promise<number> {
  const index = MIGRATIONS.findIndex(({ name }) => name.startsWith(migration));
  if (index < 0) throw new Error(`there is no migration ${migration}`);
  await revert(database, MIGRATIONS.length - index);
  return MIGRATIONS.length - index;
}

/** Creates a database with a legacy schema. */
export async function legacyDatabase(version: PostgresVersion, sql: string): Promise<TestDatabase> {
  const database = await createDatabase({ version });
  await database.query(sql);
  return database;
}

export async function fastapi(version: PostgresVersion): Promise<TestDatabase> {
  return await legacyDatabase(
    version,
    await readFile(join(import.meta.dirname, '../legacy/fastapi.sql'), 'utf8'),
  );
}

const OURS_TO_IGNORE = `('gatehouse_migrations', 'gatehouse_migrations_id_seq', 'gatehouse_migrations_id_not_null')`;

/** The structure of the database as text, without TypeORM's own table. */
export async function catalogue(database: TestDatabase): Promise<string[]> {
  const rows = await database.query<{ line: string }>(`
    with tables as (
      select oid, relname from pg_class
      where relnamespace in (select oid from pg_namespace where nspname in ('public', 'gatehouse')) and relkind in ('r', 'v') and relname not in ${OURS_TO_IGNORE}
    )
    select line from (
      select 'table ' || oid::regclass::text as line from tables
      union all
      select 'column ' || relname || '.' || attname || ' ' || format_type(atttypid, atttypmod)
             || case when attnotnull then ' not null' else '' end
             || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
      from tables join pg_attribute on attrelid = tables.oid and attnum > 0 and not attisdropped
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
      union all
      select 'constraint ' || relname || '.' || conname || ' ' || pg_get_constraintdef(c.oid)
      from tables join pg_constraint c on conrelid = tables.oid
      union all
      select 'index ' || pg_get_indexdef(indexrelid) || case when indisvalid then '' else ' INVALID' end
      from tables join pg_index on indrelid = tables.oid
      union all
      select 'trigger ' || pg_get_triggerdef(t.oid) from tables join pg_trigger t on tgrelid = tables.oid
      where not tgisinternal
      union all
      select 'function ' || proname || ' ' || md5(prosrc) from pg_proc where pronamespace in (select oid from pg_namespace where nspname in ('public', 'gatehouse'))
      union all
      select 'schema ' || nspname from pg_namespace where nspname ~ '^gatehouse'
    ) as lines order by line collate "C"`);
  return rows.map(({ line }) => line);
}

/** One hash of all rows of a table, independent of their order on disk. */
export async function digest(database: TestDatabase, table: string, columns = '*'): Promise<string> {
  const rows = await database.query<{ row: string }>(
    `select t::text as row from (select ${columns} from ${table}) as t order by t::text collate "C"`,
  );
  return createHash('sha256')
    .update(rows.map(({ row }) => row).join('\n'))
    .digest('hex');
}

/** Structure and rows of every table. */
export async function fingerprint(database: TestDatabase): Promise<string[]> {
  const structure = await catalogue(database);
  const digests: string[] = [];
  for (const line of structure.filter((entry) => entry.startsWith('table '))) {
    const table = line.slice('table '.length);
    digests.push(`rows ${table} ${await digest(database, table)}`);
  }
  return [...structure, ...digests];
}
