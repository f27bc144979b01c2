import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createMigratingDataSource } from '../../src/migrating/migrating-data-source.js';
import { createDatabase, type TestDatabase } from './database.js';

/** Our tables and the names that they have in the database. */
const RENAMED = {
  sessions: 'auth_sessions',
  accounts: 'AuthAccounts',
  verifications: 'auth_verifications',
  jwks: 'auth_jwks',
  rate_limits: 'auth_rate_limits',
} as const;

/** The settings with which such a database was migrated. */
export const RENAMED_SETTINGS = {
  SESSION_MODEL_NAME: RENAMED.sessions,
  ACCOUNT_MODEL_NAME: RENAMED.accounts,
  VERIFICATION_MODEL_NAME: RENAMED.verifications,
  JWKS_MODEL_NAME: RENAMED.jwks,
  RATE_LIMIT_MODEL_NAME: RENAMED.rate_limits,
};

/** Columns of `users` that give way to legacy columns of the same name, with the types of those. */
const ASIDE = { created_at: 'bigint', updated_at: 'text', email_verified: 'boolean' };

export interface Shape {
  /** If true, all tables but `users` have other names, and three columns of `users` stand beside legacy columns. */
  readonly renamed?: boolean;
  /** If true, the times of all our tables have no zone. */
  readonly timestamps?: boolean;
  /** The time zone of the role's sessions. */
  readonly timeZone?: string;
}

/** A migrated database that belongs to an ordinary role, in a shape that migrations give to legacy databases. */
export async function createShapedDatabase({
  renamed = false,
  timestamps = false,
  timeZone = 'UTC',
}: Shape): Promise<TestDatabase> {
  const empty = await createDatabase();
  const role = `r_${randomBytes(8).toString('hex')}`;
  await empty.administer(`create role ${role} login password 'secret'`);
  await empty.administer(`alter role ${role} set timezone to '${timeZone}'`);
  const url = new URL(empty.url);
  await empty.administer(`alter database ${url.pathname.slice(1)} owner to ${role}`);
  await empty.administer(`alter schema public owner to ${role}`);
  url.username = role;
  url.password = 'secret';
  const dataSource = createMigratingDataSource(url.href);
  await dataSource.initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
  const pool = new pg.Pool({ connectionString: url.href, max: 4 });
  pool.on('error', () => {});
  if (timestamps) await withoutZones(pool);
  if (renamed) await rename(pool);
  return {
    url: url.href,
    superuserUrl: empty.superuserUrl,
    administer: empty.administer,
    pool,
    query: async (text, values) => (await pool.query(text, values)).rows,
    async drop() {
      await pool.end();
      await empty.drop();
      const again = await createDatabase();
      await again.administer(`drop role ${role}`);
      await again.drop();
    },
  };
}

async function withoutZones(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ change: string }>(
    `select format('alter table %I alter column %I type timestamp using %2$I at time zone ''utc''', table_name, column_name) as change
       from information_schema.columns
      where table_schema = 'public' and data_type = 'timestamp with time zone' and table_name = any($1)`,
    [['users', ...Object.keys(RENAMED)]],
  );
  // PostgreSQL does not change the type of a column that the definition of a trigger names.
  const triggers = await pool.query<{ name: string; table: string; definition: string }>(
    `select tgname as name, tgrelid::regclass::text as "table", pg_get_triggerdef(oid) as definition
       from pg_trigger where not tgisinternal and tgrelid::regclass::text = any($1)`,
    [['users', ...Object.keys(RENAMED)]],
  );
  for (const { name, table } of triggers.rows) await pool.query(`drop trigger ${name} on ${table}`);
  for (const { change } of rows) await pool.query(change);
  for (const { definition } of triggers.rows) await pool.query(definition);
}

async function rename(pool: pg.Pool): Promise<void> {
  await pool.query('create schema if not exists gatehouse');
  const columns = await pool.query<{ table: string; columns: string[] }>(
    `select table_name as "table", array_agg(column_name::text order by ordinal_position) as columns
       from information_schema.columns
      where table_schema = 'public' and table_name = any($1) group by table_name`,
    [['users', ...Object.keys(RENAMED)]],
  );
  for (const [table, name] of Object.entries(RENAMED))
    await pool.query(`alter table ${table} rename to "${name}"`);
  for (const [column, type] of Object.entries(ASIDE)) {
    await pool.query(`alter table users rename column ${column} to auth_${column}`);
    await pool.query(`alter table users add column ${column} ${type}`);
  }
  const { rows } = await pool.query<{ definition: string }>(
    `select pg_get_functiondef(p.oid) as definition from pg_proc p
      where p.oid in (select tgfoid from pg_trigger where tgrelid = 'users'::regclass and not tgisinternal)`,
  );
  for (const { definition } of rows)
    await pool.query(
      definition.replace(/\b(new|old)\.(email_verified|created_at|updated_at)\b/g, '$1.auth_$2'),
    );
  for (const { table, columns: ours } of columns.rows) {
    const shown = ours.map((column) =>
      table === 'users' && column in ASIDE ? `auth_${column} as ${column}` : column,
    );
    const name = (RENAMED as Record<string, string>)[table] ?? table;
    await pool.query(`create view gatehouse.${table} as select ${shown.join(', ')} from "${name}"`);
  }
  // The old application's table of that name must not be touched.
  await pool.query('create table sessions (id text primary key, payload text not null)');
  await pool.query(`insert into sessions values ('theirs', 'payload')`);
}
