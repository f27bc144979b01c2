import type { QueryRunner } from 'typeorm';

/** Our tables with the contract's names. A database may have them under other names. */
export const TABLES = ['users', 'sessions', 'accounts', 'verifications', 'jwks', 'rate_limits'] as const;
export type TableName = (typeof TABLES)[number];

/** Stands for a table in a statement. `Tables.resolve` replaces it by the name that the table has in this database. */
export type TableMarker = `{${string}}`;

/** A table whose name or columns are not ours. The view `gatehouse.<our name>` shows it under our names. */
export interface RenamedTable {
  readonly table: string;
  /** The name of the table behind the view. */
  readonly name: string;
  /** The name for SQL: quoted where necessary, and with the schema if the search path does not lead to the table. */
  readonly relation: string;
  readonly oid: string;
  /** The names of columns in the table, by our names. */
  readonly columns: ReadonlyMap<string, string>;
}

/** A data source or one of its connections. */
export interface Queries {
  query<Result>(statement: string, parameters?: unknown[]): Promise<Result>;
}

const MARKER = /\{(table )?([a-z_]+)\}/g;
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

  /** The table itself, for SQL. Its columns may have other names: see `columnOf`. */
  relationOf(table: string): string {
    return this.renamed.get(table)?.relation ?? table;
  }

  /** The table itself, without quotes. */
  nameOf(table: string): string {
    return this.renamed.get(table)?.name ?? table;
  }

  /** The name of our column in the table itself. */
  columnOf(table: string, column: string): string {
    return this.renamed.get(table)?.columns.get(column) ?? column;
  }

  /** The tables that are not found under our name, or have columns that are not. */
  get allRenamed(): readonly RenamedTable[] {
    return [...this.renamed.values()];
  }

  /**
   * Replaces `{sessions}` by `sessions` or by `gatehouse.sessions`, and `{table sessions}` by the table itself. It
   * computes each text only once, because every request needs some of them.
   */
  resolve(text: string): string {
    let resolved = this.resolved.get(text);
    if (resolved === undefined) {
      resolved = text.replace(MARKER, (_, itself: string | undefined, table: string) =>
        itself ? this.relationOf(table) : this.viewOf(table),
      );
      if (this.resolved.size < CACHED) this.resolved.set(text, resolved);
    }
    return resolved;
  }
}

/** Reads the views of the schema `gatehouse` on our tables from PostgreSQL's catalogue. */
export async function readTables(queries: Queries): Promise<Tables> {
  const rows = await queries.query<(Omit<RenamedTable, 'columns'> & { ours: string[] })[]>(`
    select v.relname as "table", t.relname as name, t.oid::regclass::text as relation, t.oid::text as oid,
           array(select a.attname::text from pg_attribute a
                  where a.attrelid = v.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as ours
      from pg_class v
      join pg_rewrite r on r.ev_class = v.oid
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
                      and d.refclassid = 'pg_class'::regclass and d.refobjid <> v.oid
      join pg_class t on t.oid = d.refobjid and t.relkind in ('r', 'p')
     where v.relnamespace = to_regnamespace('gatehouse') and v.relkind = 'v'
       and v.relname in (${TABLES.map((table) => `'${table}'`).join(', ')})
     group by v.oid, v.relname, t.oid, t.relname`);
  const renamed: RenamedTable[] = [];
  for (const { ours, ...row } of rows)
    renamed.push({ ...row, columns: await readColumns(queries, row.table, ours) });
  return new Tables(renamed);
}

/** A column as EXPLAIN writes it: `users.auth_created_at`, each name in quotes if it needs them. */
const COLUMN = /^(?:"(?:[^"]|"")+"|[^".]+)\.(?:"((?:[^"]|"")+)"|([^".()]+))$/;

/** Asks the planner which columns of the table the view shows, because the catalogue has no readable form of that. */
async function readColumns(
  queries: Queries,
  view: string,
  ours: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const [row] = await queries.query<{ 'QUERY PLAN': [{ Plan: { Output: string[] } }] }[]>(
    `explain (verbose, costs off, format json) select * from gatehouse.${view}`,
  );
  const shown = row?.['QUERY PLAN'][0].Plan.Output ?? [];
  return new Map(
    ours.map((column, index) => {
      const [, quoted, plain] = COLUMN.exec(shown[index] ?? '') ?? [];
      return [column, quoted?.replaceAll('""', '"') ?? plain ?? column];
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
