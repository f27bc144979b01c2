import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { ADMIT_OWNER, OWNER } from './owner.mjs';

export type PostgresVersion = 14 | 18;

export interface TestDatabase {
  /** Connects as an ordinary role that owns the tables. */
  readonly url: string;
  readonly superuserUrl: string;
  /** A connection pool for queries of the test. */
  readonly pool: pg.Pool;
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Runs statements as the superuser, who may do what no application does. Returns the rows of the last one. */
  administer<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>;
  drop(): Promise<void>;
}

/**
 * Creates a database, by default on the PostgreSQL 18 of this test run.
 * @param options `server` is the URL of another server. `template` is the database to copy; without it the new one is empty.
 */
export async function createDatabase(
  options: {
    version?: PostgresVersion;
    template?: string;
    server?: string;
  } = {},
): Promise<TestDatabase> {
  const server = new URL(options.server ?? serverUrl(options.version ?? 18));
  const name = `t_${randomBytes(8).toString('hex')}`;
  await administer(
    server,
    `create database ${name}${options.template ? ` template ${options.template}` : ''}`,
  );
  const asSuperuser = new URL(server);
  asSuperuser.pathname = `/${name}`;
  const url = new URL(asSuperuser);
  await administer(asSuperuser, ADMIT_OWNER);
  [url.username, url.password] = [OWNER, OWNER];
  const pool = new pg.Pool({ connectionString: url.href, max: 4 });
  pool.on('error', () => {});
  return {
    url: url.href,
    superuserUrl: asSuperuser.href,
    pool,
    async query(text, values) {
      return (await pool.query(text, values)).rows;
    },
    async administer<Row extends pg.QueryResultRow>(text: string) {
      return (await administer(asSuperuser, text)) as Row[];
    },
    async drop() {
      await pool.end();
      await administer(server, `drop database if exists ${name} with (force)`);
    },
  };
}

export function serverUrl(version: PostgresVersion): string {
  const url = process.env[`TEST_POSTGRES_${version}`];
  if (!url) throw new Error(`TEST_POSTGRES_${version} is not set. Start the tests with: npm test`);
  return url;
}

async function administer(server: URL, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.href });
  await client.connect();
  try {
    const result: pg.QueryResult | pg.QueryResult[] = await client.query(statement);
    return (Array.isArray(result) ? result.at(-1) : result)?.rows ?? [];
  } finally {
    await client.end();
  }
}
