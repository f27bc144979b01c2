import type { DataSource } from 'typeorm';

export interface ColumnFacts {
  readonly table: string;
  readonly name: string;
  readonly type: string;
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
  /** Empty if the index is partial or contains an expression. */
  readonly columns: readonly string[];
}

export interface ForeignKeyFacts {
  readonly table: string;
  readonly column: string;
  readonly references: string;
  readonly cascades: boolean;
  readonly valid: boolean;
}

export interface Catalogue {
  readonly columns: readonly ColumnFacts[];
  readonly indexes: readonly IndexFacts[];
  readonly foreignKeys: readonly ForeignKeyFacts[];
  /** Names of the enabled triggers. */
  readonly triggers: readonly string[];
}

const OURS = `c.relkind = 'r' and c.oid = any (select to_regclass(path) from unnest($1::text[]) as path)`;

/**
 * Reads columns, indexes, foreign keys and triggers of these tables from PostgreSQL's catalogue.
 * @param tables names as SQL spells them, such as `users` and `gatehouse.mails`
 */
export async function readCatalogue(dataSource: DataSource, tables: readonly string[]): Promise<Catalogue> {
  const columns = await dataSource.query<ColumnFacts[]>(
    `select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
            t.typname as "typeName", a.attnotnull as "notNull",
            a.atthasdef or a.attidentity <> '' as "hasDefault"
     from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     join pg_type t on t.oid = a.atttypid
     where ${OURS} order by c.relname, a.attnum`,
    [tables],
  );
  const indexes = await dataSource.query<IndexFacts[]>(
    `select c.relname as "table", x.relname as name, i.indisvalid as valid, i.indisunique as unique,
            i.indisprimary as primary,
            case when i.indpred is null and i.indexprs is null then (
              select array_agg(a.attname::text order by k.position)
              from unnest(i.indkey::smallint[]) with ordinality as k (attnum, position)
              join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
              where k.position <= i.indnkeyatts
            ) else '{}' end as columns
     from pg_class c join pg_index i on i.indrelid = c.oid join pg_class x on x.oid = i.indexrelid
     where ${OURS}`,
    [tables],
  );
  const foreignKeys = await dataSource.query<ForeignKeyFacts[]>(
    `select c.relname as "table", a.attname as column, k.confrelid::regclass::text as references,
            k.confdeltype = 'c' as cascades, k.convalidated as valid
     from pg_class c
     join pg_constraint k on k.conrelid = c.oid and k.contype = 'f'
     join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
     where ${OURS}`,
    [tables],
  );
  const triggers = await dataSource.query<{ name: string }[]>(
    `select t.tgname as name from pg_class c join pg_trigger t on t.tgrelid = c.oid
     where ${OURS} and t.tgenabled in ('O', 'A')`,
    [tables],
  );
  return { columns, indexes, foreignKeys, triggers: triggers.map(({ name }) => name) };
}
