import { randomBytes } from 'node:crypto';
import type { QueryRunner } from 'typeorm';
import { StartupFault } from '../errors/startup-fault.js';
import { OWN_FUNCTIONS, OWN_VIEWS } from './copied-definitions.js';
import { copySchema, tryQuery, type Query } from './copy-schema.js';
import type { StatementRecorder } from './statement-recorder.js';

/** Limit for rows of a bookkeeping table. */
const MOST_ROWS = 1000;

/** Names of the schemas, quoted for SQL. */
export interface Shadow {
  /** The copy. */
  readonly shadow: string;
  /** The original. */
  readonly schema: string;
  /** The copy of the schema `gatehouse`. */
  readonly bookkeeping: string;
  /** The other copied schemas by the names of their copies, which are not quoted. */
  readonly places: ReadonlyMap<string, string>;
  /** Names of the tables of the original, not quoted. */
  readonly tables: ReadonlySet<string>;
}

/** A table, not quoted. */
export interface Source {
  /** Null for the first schema of `search_path`. */
  readonly schema: string | null;
  readonly name: string;
}

interface Place {
  readonly schema: string;
  /** The schema, not quoted. */
  readonly plain: string;
  readonly path: string;
  readonly allowed: boolean;
  readonly database: string;
  readonly role: string;
}

/**
 * Copies the tables and views of the current schema into a new schema, with few rows, and puts that schema first in
 * `search_path` until the transaction ends. If the users are in another schema, copies their table too. Reads the tables
 * under the lock ACCESS SHARE. Of the functions, copies only our own.
 * @throws {StartupFault} if this role may not create schemas.
 */
export async function enterShadowSchema(
  recorder: StatementRecorder,
  users: Source | undefined,
): Promise<Shadow> {
  const { queryRunner } = recorder;
  const query: Query = <Row>(sql: string, parameters?: unknown[]) =>
    queryRunner.query(sql, parameters) as Promise<Row[]>;
  await query(`select set_config('lock_timeout', '1s', true)`);
  const [place] = (await query<Place>(PLACE)) as [Place];
  const { schema, plain, path, allowed } = place;
  if (!allowed) throw new StartupFault(describeMissingRight(place));
  const shadow = `gatehouse_plan_${randomBytes(6).toString('hex')}`;
  const bookkeeping = `${shadow}_own`;
  const views = await query<{ sql: string }>(OWN_VIEWS);
  const functions = await query<{ sql: string }>(OWN_FUNCTIONS, [plain, shadow]);
  await copyBookkeeping(query, bookkeeping);
  const far = users && users.schema !== null ? { name: users.name, schema: users.schema } : undefined;
  const farShadow = `${shadow}_far`;
  const farCopy =
    far &&
    (await copySchema(
      query,
      { schema: quote(far.schema), shadow: farShadow, path },
      { users: far.name, only: [far.name] },
    ));
  const viewed = (sql: string) =>
    far ? sql.replaceAll(`FROM ${quoteIfNeeded(far.schema)}.`, `FROM ${farShadow}.`) : sql;
  const copy = await copySchema(query, { schema, shadow, path }, { users: users?.name ?? 'users', viewed });
  await query(`select set_config('search_path', $1, true)`, [`${shadow}, ${path}`]);
  recorder.redirect('gatehouse', bookkeeping);
  recorder.redirect('gatehouse_legacy', `${shadow}_legacy`);
  for (const { sql } of views) await tryQuery(query, viewed(sql));
  for (const { sql } of functions) await query(sql);
  await copy.addTriggers();
  if (far && farCopy) {
    recorder.redirect(far.schema, farShadow);
    await query(`select set_config('search_path', $1, true)`, [`${farShadow}, ${shadow}, ${path}`]);
    await farCopy.addTriggers();
    await query(`select set_config('search_path', $1, true)`, [`${shadow}, ${path}`]);
  }
  const places = new Map(far ? [[farShadow, quoteIfNeeded(far.schema)]] : []);
  return { shadow, schema, bookkeeping, places, tables: new Set(copy.tables.map(({ plain }) => plain)) };
}

/** Locks stronger than ACCESS SHARE that the transaction holds outside the copy. */
export async function foreignLocks(queryRunner: QueryRunner, { shadow }: Shadow): Promise<string[]> {
  const rows = (await queryRunner.query(
    `select n.nspname || '.' || c.relname || ' ' || l.mode as lock from pg_locks l join pg_class c on c.oid = l.relation
     join pg_namespace n on n.oid = c.relnamespace
     where l.pid = pg_backend_pid() and l.locktype = 'relation' and l.mode <> 'AccessShareLock'
       and not starts_with(n.nspname, $1) and n.nspname not in ('pg_catalog', 'pg_toast')`,
    [shadow],
  )) as { lock: string }[];
  return rows.map(({ lock }) => lock);
}

/** Copies nothing before the first migration, because the schema `gatehouse` does not exist yet. */
async function copyBookkeeping(query: Query, bookkeeping: string): Promise<void> {
  const tables = await query<{ name: string }>(
    `select quote_ident(relname) as name from pg_class where relnamespace = to_regnamespace('gatehouse') and relkind = 'r'`,
  );
  if (tables.length === 0) return;
  await query(`create schema ${bookkeeping}`);
  for (const { name } of tables) {
    await query(
      `create table ${bookkeeping}.${name} (like gatehouse.${name} including all excluding statistics)`,
    );
    await query(
      `insert into ${bookkeeping}.${name} overriding system value select * from gatehouse.${name} limit ${MOST_ROWS}`,
    );
  }
  await query(
    `select setval(pg_get_serial_sequence('${bookkeeping}.undo', 'id'), coalesce(max(id), 0) + 1, false)
     from ${bookkeeping}.undo`,
  );
}

export const quoteIfNeeded = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quote(name));
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

function describeMissingRight({ database, role }: Place): string {
  return (
    `The role ${role} may not create schemas, but a plan runs the migrations on a copy of the tables in a schema of its own. ` +
    `Run: grant create on database ${database} to ${role}`
  );
}

const PLACE = `
  select quote_ident(current_schema()) as schema, current_schema() as plain, array_to_string(array(
           select quote_ident(s) from unnest(current_schemas(false)) as s), ', ') as path,
         has_database_privilege(current_database(), 'create') as allowed,
         quote_ident(current_database()) as database, quote_ident(current_user) as role`;
