import type { DataSource } from 'typeorm';
import type { RenamedTable, Tables } from '../database/tables.js';

export interface ColumnFacts {
  /** The table by our name, also if it has another. */
  readonly table: string;
  readonly name: string;
  readonly type: string;
  /** Short name of the type. For a domain, of the type below it. */
  readonly typeName: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
}

export interface IndexFacts {
  readonly table: string;
  readonly name: string;
  readonly valid: boolean;
  readonly unique: boolean;
  readonly primary: boolean;
  /** Empty if the index contains an expression. */
  readonly columns: readonly string[];
  /** True if the index leaves rows out. */
  readonly partial: boolean;
}

export interface ForeignKeyFacts {
  readonly table: string;
  readonly column: string;
  /** The referenced table by our name, if it is one of ours. */
  readonly references: string;
  readonly cascades: boolean;
  readonly valid: boolean;
}

export interface ViewFacts {
  /** The table by our name. */
  readonly table: string;
  readonly columns: readonly string[];
  /** False if PostgreSQL cannot insert, update and delete through the view. */
  readonly updatable: boolean;
}

export interface Catalogue {
  readonly columns: readonly ColumnFacts[];
  readonly indexes: readonly IndexFacts[];
  readonly foreignKeys: readonly ForeignKeyFacts[];
  /** The views that show a renamed table under our names. */
  readonly views: readonly ViewFacts[];
  /** Names of the enabled triggers. */
  readonly triggers: readonly string[];
}

interface OfTable {
  readonly table: string;
  readonly oid: string;
}

const OURS = `c.relkind = 'r' and c.oid = any (select to_regclass(path) from unnest($1::text[]) as path)`;

/** `insert`, `update` and `delete`, as pg_relation_is_updatable returns them. */
const WRITABLE = (1 << 3) | (1 << 2) | (1 << 4);

const TRIGGERS = `select t.tgname as name from pg_class c join pg_trigger t on t.tgrelid = c.oid
     where ${OURS} and t.tgenabled in ('O', 'A')`;

const INDEXES = `select c.relname as "table", c.oid::text as oid, x.relname as name, i.indisvalid as valid, i.indisunique as unique,
            i.indisprimary as primary,
            i.indpred is not null as partial,
            case when i.indexprs is null then (
              select array_agg(a.attname::text order by k.position)
              from unnest(i.indkey::smallint[]) with ordinality as k (attnum, position)
              join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
              where k.position <= i.indnkeyatts
            ) else '{}' end as columns
     from pg_class c join pg_index i on i.indrelid = c.oid join pg_class x on x.oid = i.indexrelid
     where ${OURS}`;

/**
 * Reads columns, indexes, foreign keys and triggers of these tables from PostgreSQL's catalogue. Columns have the names
 * that they have in the tables, or in the view under our name if a legacy table keeps its own.
 * @param paths our names as SQL spells them, such as `users` and `gatehouse.mails`
 */
export async function readCatalogue(
  dataSource: DataSource,
  tables: Tables,
  paths: readonly string[],
): Promise<Catalogue> {
  const ours = [paths.map((path) => tables.physicalOf(path))];
  const nameById = new Map(tables.allRenamed.map(({ physical, table }) => [physical.oid, table]));
  const underOurName = <Facts extends OfTable>(facts: Facts): Facts => ({
    ...facts,
    table: nameById.get(facts.oid) ?? facts.table,
  });
  const named = new Map(tables.allRenamed.map((table) => [table.physical.oid, namesInView(table)]));
  const nameOf = (oid: string, column: string) => named.get(oid)?.get(column) ?? column;
  const columns = await dataSource.query<(ColumnFacts & OfTable)[]>(
    `select c.relname as "table", c.oid::text as oid, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
            b.typname as "typeName", a.attnotnull as "notNull",
            a.atthasdef or a.attidentity <> '' as "hasDefault"
     from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     cross join lateral (
       with recursive below as (
         select t.typname, t.typbasetype from pg_type t where t.oid = a.atttypid
         union all
         select t.typname, t.typbasetype from below join pg_type t on t.oid = below.typbasetype
       ) select typname from below where typbasetype = 0
     ) b
     where ${OURS} order by c.relname, a.attnum`,
    ours,
  );
  const indexes = await dataSource.query<(IndexFacts & OfTable)[]>(INDEXES, ours);
  const foreignKeys = await dataSource.query<(ForeignKeyFacts & OfTable & { referencesOid: string })[]>(
    `select c.relname as "table", c.oid::text as oid, a.attname as column, k.confrelid::regclass::text as references,
            k.confrelid::text as "referencesOid",
            k.confdeltype = 'c' as cascades, k.convalidated as valid
     from pg_class c
     join pg_constraint k on k.conrelid = c.oid and k.contype = 'f'
     join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
     where ${OURS}`,
    ours,
  );
  const triggers = await dataSource.query<{ name: string }[]>(TRIGGERS, ours);
  return {
    columns: columns.map((column) => ({ ...underOurName(column), name: nameOf(column.oid, column.name) })),
    indexes: indexes.map((index) => ({
      ...underOurName(index),
      columns: index.columns.map((column) => nameOf(index.oid, column)),
    })),
    foreignKeys: foreignKeys.map((key) => ({
      ...underOurName(key),
      column: nameOf(key.oid, key.column),
      references: nameById.get(key.referencesOid) ?? key.references,
    })),
    views: await readViews(dataSource, tables.allRenamed),
    triggers: triggers.map(({ name }) => name),
  };
}

/** The names of our columns in `relation`, by those in the table itself. */
function namesInView({ columns, physical }: RenamedTable): ReadonlyMap<string, string> {
  return new Map([...physical.columns].map(([ours, column]) => [column, columns.get(ours) ?? column]));
}

async function readViews(dataSource: DataSource, renamed: readonly RenamedTable[]): Promise<ViewFacts[]> {
  return await dataSource.query<ViewFacts[]>(
    `select v.relname as "table", array_agg(a.attname::text) as columns,
            pg_relation_is_updatable(v.oid, false) & ${WRITABLE} = ${WRITABLE} as updatable
     from pg_class v join pg_attribute a on a.attrelid = v.oid and a.attnum > 0
     where v.relnamespace = to_regnamespace('gatehouse') and v.relname = any($1)
     group by v.oid, v.relname`,
    [renamed.map(({ table }) => table)],
  );
}
