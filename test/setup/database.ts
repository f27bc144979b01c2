import { randomBytes } from 'node:crypto';
import pg from 'pg';

export type PostgresVersion = 14 | 18;

export interface TestDatabase {
  readonly url: string;
  /** A connection pool for queries of the test. */
  readonly pool: pg.Pool;
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/**
 * Creates a database, by default on the PostgreSQL 18 of this test run.
 * @param options `server` is the URL of another server. `template` is the database to copy; without it the new one is empty.
 */
export async function createDatabase(
  options: { version?: PostgresVersion; template?: string; server?: string } = {},
): Promise<TestDatabase> {
  const server = new URL(options.server ?? serverUrl(options.version ?? 18));
  const name = `t_${randomBytes(8).toString('hex')}`;
  await administer(
    server,
    `create database ${name}${options.template ? ` template ${options.template}` : ''}`,
  );
  const url = new URL(server);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 4 });
  pool.on('error', () => {});
  return {
    url: url.href,
    pool,
    async query(text, values) {
      return (await pool.query(text, values)).rows;
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

async function administer(server: URL, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.href });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
