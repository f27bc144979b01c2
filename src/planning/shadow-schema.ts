import { randomBytes } from 'node:crypto';
import type { QueryRunner } from 'typeorm';
import { StartupFault } from '../errors/startup-fault.js';
import type { StatementRecorder } from './statement-recorder.js';

/**
 * Limit for rows of a bookkeeping table, and for rows that belong together with a copied row. Of other tables one row is
 * copied, because the migrations send some statements only if there are rows.
 */
const MOST_ROWS = 1000;

interface Table {
  readonly name: string;
  readonly columns: string;
  readonly sequences: readonly string[];
  readonly order: string;
}

interface Reference {
  readonly child: string;
  readonly parent: string;
  readonly columns: string;
  readonly keys: string;
}

/** Names of the schemas, quoted for SQL. */
export interface Shadow {
  /** The copy. */
  readonly shadow: string;
  /** The original. */
  readonly schema: string;
  /** The copy of the schema `gatehouse`. */
  readonly bookkeeping: string;
}

/**
 * Copies the tables and views of the current schema into a new schema, with few rows, and puts that schema first in
 * `search_path` until the transaction ends. Reads the tables under the lock ACCESS SHARE. Copies only our own triggers
 * and functions.
 * @throws {StartupFault} if this role may not create schemas.
 */
export async function enterShadowSchema(recorder: StatementRecorder): Promise<Shadow> {
  const { queryRunner } = recorder;
  const query = <Row>(sql: string, parameters?: unknown[]) =>
    queryRunner.query(sql, parameters) as Promise<Row[]>;
  await query(`select set_config('lock_timeout', '1s', true)`);
  const [place] = (await query<Place>(PLACE)) as [Place];
  const { schema, path, allowed } = place;
  if (!allowed) throw new StartupFault(describeMissingRight(place));
  const shadow = `gatehouse_plan_${randomBytes(6).toString('hex')}`;
  const tables = await query<Table>(TABLES);
  const references = await query<Reference>(REFERENCES);
  const keys = await query<{ sql: string }>(KEYS);
  const foreignKeys = await query<{ sql: string }>(FOREIGN_KEYS);
  const indexes = await query<{ sql: string }>(INDEXES, [shadow]);
  const views = await query<{ sql: string }>(VIEWS);
  const triggers = await query<{ sql: string }>(TRIGGERS, [shadow]);
  const bookkeeping = `${shadow}_own`;
  await copyBookkeeping(query, bookkeeping);
  await query(`create schema ${shadow}`);
  await query(`select set_config('search_path', $1, true)`, [`${shadow}, ${path}`]);
  for (const { name } of tables) {
    await query(
      `create table ${shadow}.${name} (like ${schema}.${name} including defaults including generated including identity)`,
    );
  }
  for (const { sql } of [...keys, ...indexes]) await query(sql);
  await copyRows(query, schema, tables, references);
  recorder.redirect('gatehouse', bookkeeping);
  for (const { sql } of [...foreignKeys, ...views, ...triggers]) await query(sql);
  return { shadow, schema, bookkeeping };
}

/** Locks stronger than ACCESS SHARE that the transaction holds on tables outside the copy. */
export async function foreignLocks(queryRunner: QueryRunner): Promise<string[]> {
  const rows = (await queryRunner.query(
    `select c.relname || ' ' || l.mode as lock from pg_locks l join pg_class c on c.oid = l.relation
     where l.pid = pg_backend_pid() and l.locktype = 'relation' and l.mode <> 'AccessShareLock'
       and c.relnamespace = any(current_schemas(false)::regnamespace[])
       and c.relnamespace <> current_schema()::regnamespace`,
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

type Query = <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

async function copyRows(
  query: Query,
  schema: string,
  tables: Table[],
  references: Reference[],
): Promise<void> {
  for (const { name, columns, order, sequences } of tables) {
    if (columns === '') continue;
    await query(
      `insert into ${name} (${columns}) overriding system value
       select ${columns} from ${schema}.${name} ${order} limit 1`,
    );
    for (const column of sequences) {
      await query(
        `select setval(pg_get_serial_sequence($1, $2), coalesce(max(${column}), 0) + 1, false) from ${name}`,
        [name, column.replaceAll('"', '')],
      );
    }
  }
  const copied = new Map(tables.map((table) => [table.name, table.columns]));
  for (let found = true; found;) {
    found = false;
    for (const { child, parent, columns, keys } of references) {
      // Copy the rows that copied rows refer to, and everything a copied user has, such as accounts.
      found = (await copy(parent, `(${keys}) in (select ${columns} from ${child})`)) || found;
      if (parent === 'users')
        found = (await copy(child, `(${columns}) in (select ${keys} from users)`)) || found;
    }
  }

  async function copy(table: string, condition: string): Promise<boolean> {
    const columns = copied.get(table);
    const rows = await query(
      `insert into ${table} (${columns}) overriding system value
       select ${columns} from ${schema}.${table} where ${condition} limit ${MOST_ROWS}
       on conflict do nothing returning 1`,
    );
    return rows.length > 0;
  }
}

interface Place {
  readonly schema: string;
  readonly path: string;
  readonly allowed: boolean;
  readonly database: string;
  readonly role: string;
}

function describeMissingRight({ database, role }: Place): string {
  return (
    `The role ${role} may not create schemas, but a plan runs the migrations on a copy of the tables in a schema of its own. ` +
    `Run: grant create on database ${database} to ${role}`
  );
}

const PLACE = `
  select quote_ident(current_schema()) as schema, array_to_string(array(
           select quote_ident(s) from unnest(current_schemas(false)) as s), ', ') as path,
         has_database_privilege(current_database(), 'create') as allowed,
         quote_ident(current_database()) as database, quote_ident(current_user) as role`;

const IN_SCHEMA = `c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`;

const TABLES = `
  select quote_ident(c.relname) as name,
         case when exists (select 1 from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
                           where i.indrelid = c.oid and i.indisvalid and a.attname = 'id') then 'order by id desc' else '' end as "order",
         coalesce(string_agg(quote_ident(a.attname), ', ' order by a.attnum) filter (where a.attgenerated = ''), '') as columns,
         coalesce(array_agg(quote_ident(a.attname)::text) filter (where a.attidentity <> ''), '{}') as sequences
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where ${IN_SCHEMA} group by c.oid, c.relname order by c.relname`;

const KEYS = `
  select format('alter table %I add constraint %I %s', c.relname, k.conname, pg_get_constraintdef(k.oid)) as sql
  from pg_constraint k join pg_class c on c.oid = k.conrelid
  where ${IN_SCHEMA} and k.contype in ('p', 'u', 'x', 'c') order by k.contype desc, k.conname`;

const FOREIGN_KEYS = `
  select format('alter table %I add constraint %I %s', c.relname, k.conname, pg_get_constraintdef(k.oid)) as sql
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
  where ${IN_SCHEMA} and k.contype = 'f' and p.relnamespace = c.relnamespace and p.relkind = 'r' order by k.conname`;

const REFERENCES = `
  select quote_ident(c.relname) as child, quote_ident(p.relname) as parent,
         (select string_agg(quote_ident(a.attname), ', ' order by n) from unnest(k.conkey) with ordinality as x (att, n)
          join pg_attribute a on a.attrelid = c.oid and a.attnum = x.att) as columns,
         (select string_agg(quote_ident(a.attname), ', ' order by n) from unnest(k.confkey) with ordinality as x (att, n)
          join pg_attribute a on a.attrelid = p.oid and a.attnum = x.att) as keys
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
  where ${IN_SCHEMA} and k.contype = 'f' and p.relnamespace = c.relnamespace and p.relkind = 'r'`;

const INDEXES = `
  select replace(pg_get_indexdef(i.indexrelid), format(' ON %s%I.%I ', case when c.relkind = 'p' then 'ONLY ' else '' end, n.nspname, c.relname),
                 format(' ON %I.%I ', $1::text, c.relname)) as sql
  from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
  where ${IN_SCHEMA} and i.indisvalid and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))`;

const VIEWS = `
  select format('create view %I as %s', c.relname, pg_get_viewdef(c.oid)) as sql
  from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'v' order by c.oid`;

const TRIGGERS = `
  select replace(
           pg_get_functiondef(p.oid),
           format('SET search_path TO %L', current_schema()), format('SET search_path TO %L', $1::text)) as sql
  from pg_proc p
  where p.pronamespace = to_regnamespace('gatehouse')
  union all
  select pg_get_triggerdef(t.oid, true) from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where ${IN_SCHEMA} and not t.tgisinternal and t.tgname like 'gatehouse\\_%'`;
