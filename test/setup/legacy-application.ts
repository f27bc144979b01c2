import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestDatabase } from './database.js';

export interface LegacyRow {
  readonly id: string;
  readonly email: string;
  readonly username?: string;
  readonly full_name?: string | null;
  readonly hashed_password?: string | null;
  readonly is_active?: boolean;
  readonly is_verified?: boolean | null;
  readonly avatar_url?: string | null;
  readonly created_at?: string | null;
  readonly updated_at?: string | null;
}

/** The legacy application: a database client with a role that can only read and write the application's own tables. */
export interface LegacyApplication {
  register(row: LegacyRow): Promise<void>;
  change(id: string, columns: Partial<LegacyRow>): Promise<void>;
  remove(id: string): Promise<void>;
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

export async function startLegacyApplication(database: TestDatabase): Promise<LegacyApplication> {
  const role = `legacy_${randomBytes(6).toString('hex')}`;
  await database.administer(`create role ${role} login password '${role}'`);
  await database.query(`grant select, insert, update, delete on users, orders to ${role}`);
  const url = new URL(database.url);
  url.username = url.password = role;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const write = async (text: string, values: unknown[]) => {
    const { rowCount } = await client.query(text, values);
    if (rowCount !== 1) throw new Error(`${rowCount} rows: ${text}`);
  };
  return {
    register: (row) => {
      const full = { username: row.id, ...row };
      const columns = Object.keys(full);
      return write(
        `insert into users (${columns.join(', ')}) values (${columns.map((_, n) => `$${n + 1}`).join(', ')})`,
        Object.values(full),
      );
    },
    change: (id, columns) =>
      write(
        `update users set ${Object.keys(columns)
          .map((name, n) => `${name} = $${n + 2}`)
          .join(', ')} where id = $1`,
        [id, ...Object.values(columns)],
      ),
    remove: (id) => write('delete from users where id = $1', [id]),
    query: async (text, values) => (await client.query(text, values)).rows,
    async stop() {
      await client.end();
      await database.administer(`drop owned by ${role}; drop role ${role}`);
    },
  };
}
