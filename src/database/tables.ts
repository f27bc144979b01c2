import type { QueryRunner } from 'typeorm';

/** Our tables with the contract's names. A database may have them under other names. */
export const TABLES = ['users', 'sessions', 'accounts', 'verifications', 'jwks', 'rate_limits'] as const;
export type TableName = (typeof TABLES)[number];

/** Stands for a table in a statement. `Tables.resolve` replaces it by the name that the table has in this database. */
export type TableMarker = `{${string}}`;

/** A table whose name or columns are not ours. The view `gatehouse.<our name>` shows it under our names. */
export interface RenamedTable {
  readonly table: string;
  /**
   * The name that we give the table, such as that of `SESSION_MODEL_NAME`. If a legacy table keeps its own name, this is
   * the name of a view that shows our columns and the legacy ones that our functions use.
   */
  readonly name: string;
  /** `name` for SQL: quoted where necessary, and with the schema if the search path does not lead to the table. */
  readonly relation: string;
  /** The names of columns in `relation`, by our names. */
  readonly columns: ReadonlyMap<string, string>;
  readonly physical: PhysicalTable;
}

/** The table itself, for DDL and for PostgreSQL's catalogue. */
export interface PhysicalTable {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** For SQL. */
  readonly relation: string;
  /** True if the table is in the first schema of the search path. */
  readonly near: boolean;
  /** True if the legacy table keeps its own name, and a view has ours. */
  readonly kept: boolean;
  /** The names of its columns, by our names. */
  readonly columns: ReadonlyMap<string, string>;
}

/** A data source or one of its connections. */
export interface Queries {
  query<Result>(statement: string, parameters?: unknown[]): Promise<Result>;
}

const MARKER = /\{(table |physical )?([a-z_]+)\}/g;
/** More different statements than the server has. The limit keeps a mistake from filling the memory. */
const CACHED = 1000;

/**
 * The names of our tables in one database. The database decides, not the settings: a table is renamed if the schema
 * `gatehouse` has a view with our name for it. PostgreSQL inlines these views, so statements have the same plans.
 */
export class Tables {
  private readonly renamed: ReadonlyMap<string, RenamedTable>;
  private readonly resolved = new Map<string, string>();

  constructor(renamed: readonly RenamedTable[] = []) {
    this.renamed = new Map(renamed.map((table) => [table.table, table]));
  }

  /** The table or the view on it that statements use, with our column names. */
  viewOf(table: string): string {
    return this.renamed.has(table) ? `gatehouse.${table}` : table;
  }

  /**
   * The table, or the view under our name if the table keeps its legacy name. Has the legacy columns too that our
   * functions use. Columns may have other names: see `columnOf`.
   */
  relationOf(table: string): string {
    return this.renamed.get(table)?.relation ?? table;
  }

  /** The same without quotes. */
  nameOf(table: string): string {
    return this.renamed.get(table)?.name ?? table;
  }

  /** The name of our column there. */
  columnOf(table: string, column: string): string {
    return this.renamed.get(table)?.columns.get(column) ?? column;
  }

  /** The table itself, for statements that PostgreSQL refuses for a view, such as ALTER TABLE. */
  physicalOf(table: string): string {
    return this.renamed.get(table)?.physical.relation ?? table;
  }

  /** The same without quotes and schema. */
  physicalNameOf(table: string): string {
    return this.renamed.get(table)?.physical.name ?? table;
  }

  /** The schema of the table itself if it is not near; undefined for a table with our name. */
  schemaOf(table: string): string | undefined {
    return this.renamed.get(table)?.physical.schema;
  }

  /** True if the legacy table keeps its own name, and a view has ours. */
  isKept(table: string): boolean {
    return this.renamed.get(table)?.physical.kept ?? false;
  }

  /** True if the table itself is in the first schema of the search path. */
  isNear(table: string): boolean {
    return this.renamed.get(table)?.physical.near ?? true;
  }

  /** The name of our column in the table itself. */
  physicalColumnOf(table: string, column: string): string {
    return this.renamed.get(table)?.physical.columns.get(column) ?? column;
  }

  /** The tables that are not found under our name, or have columns that are not. */
  get allRenamed(): readonly RenamedTable[] {
    return [...this.renamed.values()];
  }

  /**
   * Replaces `{sessions}` by `viewOf`, `{table sessions}` by `relationOf`, and `{physical sessions}` by `physicalOf`. It
   * computes each text only once, because every request needs some of them.
   */
  resolve(text: string): string {
    let resolved = this.resolved.get(text);
    if (resolved === undefined) {
      resolved = text.replace(MARKER, (_, which: string | undefined, table: string) => {
        if (which === 'physical ') return this.physicalOf(table);
        return which ? this.relationOf(table) : this.viewOf(table);
      });
      if (this.resolved.size < CACHED) this.resolved.set(text, resolved);
    }
    return resolved;
  }
}

interface FoundView extends Omit<PhysicalTable, 'kept' | 'columns'> {
  readonly table: string;
}

interface LegacyTable {
  readonly table: string;
  /** The name that we give the table. */
  readonly given: string;
  /** The same for SQL. */
  readonly quoted: string;
}

/** Reads the views of the schema `gatehouse` on our tables from PostgreSQL's catalogue. */
export async function readTables(queries: Queries): Promise<Tables> {
  const rows = await queries.query<FoundView[]>(`
    select v.relname as "table", t.relname as name, t.oid::regclass::text as relation, t.oid::text as oid,
           n.nspname as schema, coalesce(n.nspname = current_schema(), false) as near
      from pg_class v
      join pg_rewrite r on r.ev_class = v.oid
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
                      and d.refclassid = 'pg_class'::regclass and d.refobjid <> v.oid
      join pg_class t on t.oid = d.refobjid and t.relkind in ('r', 'p')
      join pg_namespace n on n.oid = t.relnamespace
     where v.relnamespace = to_regnamespace('gatehouse') and v.relkind = 'v'
       and v.relname in (${TABLES.map((table) => `'${table}'`).join(', ')})
     group by v.oid, v.relname, t.oid, t.relname, n.nspname`);
  if (rows.length === 0) return new Tables();
  const legacy = await readLegacyTables(queries);
  const renamed: RenamedTable[] = [];
  for (const row of rows) renamed.push(await readRenamed(queries, row, legacy));
  return new Tables(renamed);
}

/** The legacy tables that the migrations took over under another name, with the name that we give them. */
async function readLegacyTables(queries: Queries): Promise<LegacyTable[]> {
  const [found] = await queries.query<{ recorded: boolean }[]>(
    `select to_regclass('gatehouse.moved_tables') is not null as recorded`,
  );
  if (!found?.recorded) return [];
  return queries.query<LegacyTable[]>(
    `select m.table_name as "table", coalesce(n.name, m.table_name) as given,
            quote_ident(coalesce(n.name, m.table_name)) as quoted
       from gatehouse.moved_tables m left join gatehouse.names n on n.object = m.table_name`,
  );
}

async function readRenamed(
  queries: Queries,
  { table, ...found }: FoundView,
  legacy: readonly LegacyTable[],
): Promise<RenamedTable> {
  const columns = await readColumns(queries, `gatehouse.${table}`);
  const moved = legacy.find((each) => each.table === table);
  const kept = moved !== undefined && !(found.near && found.name === moved.given);
  const physical: PhysicalTable = { ...found, kept, columns };
  if (!kept) return { table, name: found.name, relation: found.relation, columns, physical };
  // A view with our name shows the table, so its columns are found by what they show.
  const shown = [...(await readColumns(queries, moved.quoted))];
  const shownAs = new Map(shown.map(([name, column]) => [column, name]));
  const ours = [...columns].map(([our, column]) => [our, shownAs.get(column) ?? our] as const);
  return { table, name: moved.given, relation: moved.quoted, columns: new Map(ours), physical };
}

/** A column as EXPLAIN writes it: `users.auth_created_at`, each name in quotes if it needs them. */
const COLUMN = /^(?:"(?:[^"]|"")+"|[^".]+)\.(?:"((?:[^"]|"")+)"|([^".()]+))$/;

/** Asks the planner which columns of the table the view shows, because the catalogue has no readable form of that. */
async function readColumns(queries: Queries, view: string): Promise<ReadonlyMap<string, string>> {
  const names = await queries.query<{ name: string }[]>(
    `select attname as name from pg_attribute
      where attrelid = '${view.replaceAll("'", "''")}'::regclass and attnum > 0 and not attisdropped order by attnum`,
  );
  const [row] = await queries.query<{ 'QUERY PLAN': [{ Plan: { Output: string[] } }] }[]>(
    `explain (verbose, costs off, format json) select * from ${view}`,
  );
  const shown = row?.['QUERY PLAN'][0].Plan.Output ?? [];
  return new Map(
    names.map(({ name }, index) => {
      const [, quoted, plain] = COLUMN.exec(shown[index] ?? '') ?? [];
      return [name, quoted?.replaceAll('""', '"') ?? plain ?? name];
    }),
  );
}

/** Runs statements with markers, for a data source that does not replace them itself. */
export const withTables = (tables: Tables, queries: Queries): Queries => ({
  query: (statement, parameters) => queries.query(tables.resolve(statement), parameters),
});

/** Replaces the markers in all statements of this connection. Returns it. */
export function withMarkers(queryRunner: QueryRunner, tables: Tables): QueryRunner {
  const query = queryRunner.query.bind(queryRunner) as (text: string, ...more: unknown[]) => Promise<unknown>;
  queryRunner.query = ((text: string, ...more: unknown[]) =>
    query(tables.resolve(text), ...more)) as QueryRunner['query'];
  return queryRunner;
}
