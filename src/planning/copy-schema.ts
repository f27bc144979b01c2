import {
  CHECKS,
  COUNTING_DEFAULTS,
  FOREIGN_KEYS,
  INDEXES,
  KEYS,
  REFERENCES,
  RIGHTS,
  SEQUENCES,
  TABLES,
  TRIGGERS,
  VIEWS,
  type CopiedSequence,
  type CopiedTable,
  type CopiedTrigger,
  type CountingDefault,
  type Reference,
} from './copied-definitions.js';

/**
 * Largest number of rows that are copied at once because a copied row refers to them, or they to it. Besides, one row of
 * each table is copied, because the migrations send some statements only if there are rows.
 */
const MOST_ROWS = 1000;

export type Query = <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

export interface Places {
  /** The schema to copy, quoted for SQL. */
  readonly schema: string;
  /** The new schema. */
  readonly shadow: string;
  /** `search_path` of the session. */
  readonly path: string;
}

/** What is not copied by `create table … like`. */
interface Definitions {
  readonly defaults: readonly CountingDefault[];
  readonly keys: readonly string[];
  readonly checks: readonly string[];
  readonly foreignKeys: readonly string[];
  readonly views: readonly string[];
  readonly rights: readonly string[];
  readonly triggers: readonly CopiedTrigger[];
  readonly references: readonly Reference[];
}

/** A copy without triggers. These come later, because our triggers need the copies of our functions. */
export interface Copy {
  readonly tables: readonly CopiedTable[];
  addTriggers(): Promise<void>;
}

/**
 * Copies tables with some rows, with sequences of their own, and puts the copy first in `search_path`.
 * @param users the table of which related rows are copied too, not quoted
 * @param only names of the tables to copy. By default all tables and views that this role may read.
 * @param viewed changes the statement that creates a view, because it may read a copy in another schema
 */
export async function copySchema(
  query: Query,
  { schema, shadow, path }: Places,
  {
    users,
    only = null,
    viewed = (sql) => sql,
  }: {
    readonly users?: string | undefined;
    readonly only?: readonly string[] | null;
    readonly viewed?: (sql: string) => string;
  },
): Promise<Copy> {
  // PostgreSQL then spells the definitions without this schema.
  await enter(query, `${schema}, ${path}`);
  const tables = await query<CopiedTable>(TABLES, [only]);
  const sequences = await query<CopiedSequence>(SEQUENCES, [only]);
  const definitions = await readDefinitions(query, only);
  await query(`create schema ${shadow}`);
  await enter(query, `${shadow}, ${schema}, ${path}`);
  for (const { name } of tables) {
    await query(
      `create table ${shadow}.${name} (like ${schema}.${name} including defaults including generated including identity)`,
    );
  }
  await copySequences(query, shadow, sequences, definitions.defaults);
  for (const sql of definitions.keys) await tryQuery(query, sql);
  await copyRows(query, { schema, shadow }, tables, definitions.references, users);
  const { checks, foreignKeys, views, rights } = definitions;
  for (const sql of [...checks, ...foreignKeys, ...views.map(viewed), ...rights]) await tryQuery(query, sql);
  return { tables, addTriggers: () => addTriggers(query, definitions.triggers) };
}

const enter = (query: Query, path: string) => query(`select set_config('search_path', $1, true)`, [path]);

async function readDefinitions(query: Query, only: readonly string[] | null): Promise<Definitions> {
  const statements = async (question: string) =>
    (await query<{ sql: string }>(question, [only])).map(({ sql }) => sql);
  return {
    defaults: await query<CountingDefault>(COUNTING_DEFAULTS, [only]),
    keys: [...(await statements(KEYS)), ...(await statements(INDEXES))],
    checks: await statements(CHECKS),
    foreignKeys: await statements(FOREIGN_KEYS),
    views: await statements(VIEWS),
    rights: await statements(RIGHTS),
    triggers: await query<CopiedTrigger>(TRIGGERS, [only]),
    references: await query<Reference>(REFERENCES, [only]),
  };
}

/**
 * Runs a statement that the plan can do without: an index on a function that fails here, or a view on a table that this
 * role may not read.
 */
export async function tryQuery(query: Query, sql: string): Promise<void> {
  await query('savepoint copying');
  try {
    await query(sql);
    await query('release savepoint copying');
  } catch {
    await query('rollback to savepoint copying');
  }
}

/** A copy must not use the numbers of the real sequences, because a rollback does not return them. */
async function copySequences(
  query: Query,
  shadow: string,
  sequences: readonly CopiedSequence[],
  defaults: readonly CountingDefault[],
): Promise<void> {
  for (const { relation, name, type, readable } of sequences) {
    await query(`create sequence if not exists ${shadow}.${name} as ${type}`);
    if (readable)
      await query(`select setval('${literal(`${shadow}.${name}`)}', last_value, is_called) from ${relation}`);
  }
  for (const { table, column, expression } of defaults) {
    const own = sequences.reduce(
      (text, { spelt, name }) =>
        text.replaceAll(`'${literal(spelt)}'::regclass`, `'${literal(`${shadow}.${name}`)}'::regclass`),
      expression,
    );
    await query(`alter table ${shadow}.${table} alter column ${column} set default ${own}`);
  }
  for (const { name, owner } of sequences) {
    if (owner !== null) await query(`alter sequence ${shadow}.${name} owned by ${shadow}.${owner}`);
  }
}

async function copyRows(
  query: Query,
  { schema, shadow }: Omit<Places, 'path'>,
  tables: readonly CopiedTable[],
  references: readonly Reference[],
  users: string | undefined,
): Promise<void> {
  const copied = new Map(tables.map((table) => [table.name, table]));
  for (const { name, columns, order, identities } of tables) {
    if (columns === '') continue;
    await copy(name, order, 1);
    for (const column of identities) {
      await query(
        `select setval(pg_get_serial_sequence($1, $2), coalesce(max("${column.replaceAll('"', '""')}"), 0) + 1, false) from ${shadow}.${name}`,
        [`${shadow}.${name}`, column],
      );
    }
  }
  const usersTable = tables.find(({ plain }) => plain === users)?.name;
  for (let found = true; found;) {
    found = false;
    for (const { child, parent, columns, keys } of references) {
      // Copy the rows that copied rows refer to, and everything a copied user has, such as accounts.
      found = (await copy(parent, `where (${keys}) in (select ${columns} from ${shadow}.${child})`)) || found;
      if (parent === usersTable)
        found =
          (await copy(child, `where (${columns}) in (select ${keys} from ${shadow}.${parent})`)) || found;
    }
  }

  /** Returns false if there are no such rows, or if they cannot be copied. */
  async function copy(table: string, which: string, limit = MOST_ROWS): Promise<boolean> {
    const { columns = '', keyed = false } = copied.get(table) ?? {};
    // Otherwise each round would copy the same rows again.
    if (!keyed && limit > 1) return false;
    const before = await countRows(`${shadow}.${table}`);
    await tryQuery(
      query,
      `insert into ${shadow}.${table} (${columns}) overriding system value
       select ${columns} from ${schema}.${table} ${which} limit ${limit} on conflict do nothing`,
    );
    return (await countRows(`${shadow}.${table}`)) > before;
  }

  async function countRows(table: string): Promise<number> {
    const [row] = await query<{ rows: number }>(`select count(*)::integer as rows from ${table}`);
    return row?.rows ?? 0;
  }
}

async function addTriggers(query: Query, triggers: readonly CopiedTrigger[]): Promise<void> {
  if (triggers.some(({ ours }) => !ours)) await query(DOES_NOTHING);
  for (const { sql, ours } of triggers) await (ours ? query(sql) : tryQuery(query, sql));
}

const DOES_NOTHING = `
  create function gatehouse_does_nothing() returns trigger language plpgsql as $$
  begin
    if tg_op = 'DELETE' then return old; end if;
    return new;
  end $$`;

const literal = (text: string) => text.replaceAll("'", "''");
