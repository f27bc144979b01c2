/** Queries about the first schema of `search_path`. Their SQL names no schema, so it runs in whatever schema is first. */

/** The table alias is `c`. `$1` limits the tables to these names; null means all tables that this role may read. */
const CHOSEN = `c.relnamespace = to_regnamespace(quote_ident(current_schema()))
  and c.relkind in ('r', 'p') and not c.relispartition and has_table_privilege(c.oid, 'select')
  and ($1::text[] is null or c.relname = any ($1))`;

export interface CopiedTable {
  /** Quoted for SQL. */
  readonly name: string;
  readonly plain: string;
  /** All columns that a row can be inserted with. */
  readonly columns: string;
  /** True if a unique index keeps the same row from being inserted twice. */
  readonly keyed: boolean;
  /** Names of identity columns. */
  readonly identities: readonly string[];
  readonly order: string;
}

export const TABLES = `
  select quote_ident(c.relname) as name, c.relname as plain,
         case when exists (select 1 from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
                           where i.indrelid = c.oid and i.indisvalid and a.attname = 'id') then 'order by id desc' else '' end as "order",
         exists (select 1 from pg_index i
                 where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
                   and not exists (select 1 from pg_attribute n where n.attrelid = c.oid and n.attnum = any (i.indkey) and not n.attnotnull)) as keyed,
         coalesce(string_agg(quote_ident(a.attname), ', ' order by a.attnum) filter (where a.attgenerated = ''), '') as columns,
         coalesce(array_agg(a.attname::text) filter (where a.attidentity <> ''), '{}') as identities
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where ${CHOSEN} group by c.oid, c.relname order by c.relname`;

export interface CopiedSequence {
  /** Quoted for SQL. */
  readonly relation: string;
  /** As a default spells it: with the schema only if that is not the first one. */
  readonly spelt: string;
  readonly name: string;
  readonly type: string;
  readonly readable: boolean;
  /** The column that it belongs to, quoted for SQL. */
  readonly owner: string | null;
}

/** The sequences of this schema, and those of other schemas that a default uses. Identity columns have their own. */
export const SEQUENCES = `
  select format('%I.%I', n.nspname, s.relname) as relation, s.oid::regclass::text as spelt, quote_ident(s.relname) as name, format_type(q.seqtypid, null) as type,
         has_sequence_privilege(s.oid, 'select') as readable,
         (select format('%I.%I', c.relname, a.attname) from pg_depend o
          join pg_class c on c.oid = o.refobjid join pg_attribute a on a.attrelid = c.oid and a.attnum = o.refobjsubid
          where o.classid = 'pg_class'::regclass and o.objid = s.oid and o.deptype = 'a' and ${CHOSEN} limit 1) as owner
  from pg_class s join pg_sequence q on q.seqrelid = s.oid join pg_namespace n on n.oid = s.relnamespace
  where not exists (select 1 from pg_depend o where o.classid = 'pg_class'::regclass and o.objid = s.oid and o.deptype = 'i')
    and (s.relnamespace = to_regnamespace(quote_ident(current_schema())) and $1::text[] is null or exists (
      select 1 from pg_depend x join pg_attrdef d on d.oid = x.objid join pg_class c on c.oid = d.adrelid
      where x.classid = 'pg_attrdef'::regclass and x.refclassid = 'pg_class'::regclass and x.refobjid = s.oid and ${CHOSEN}))`;

export interface CountingDefault {
  readonly table: string;
  readonly column: string;
  readonly expression: string;
}

/** The defaults that use a sequence. */
export const COUNTING_DEFAULTS = `
  select quote_ident(c.relname) as "table", quote_ident(a.attname) as column, pg_get_expr(d.adbin, d.adrelid) as expression
  from pg_attrdef d join pg_class c on c.oid = d.adrelid
  join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attgenerated = ''
  where ${CHOSEN} and exists (
    select 1 from pg_depend x join pg_class s on s.oid = x.refobjid and s.relkind = 'S'
    where x.classid = 'pg_attrdef'::regclass and x.objid = d.oid and x.refclassid = 'pg_class'::regclass)`;

const constraints = (kinds: string) => `
  select format('alter table %I add constraint %I %s', c.relname, k.conname, pg_get_constraintdef(k.oid)) as sql
  from pg_constraint k join pg_class c on c.oid = k.conrelid
  where ${CHOSEN} and k.contype in (${kinds}) order by k.contype desc, k.conname`;

export const KEYS = constraints(`'p', 'u', 'x'`);
export const CHECKS = constraints(`'c'`);

/** Foreign keys between two of the copied tables. */
const REFERRING = `
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
  where ${CHOSEN} and k.contype = 'f' and p.relnamespace = c.relnamespace and p.relkind = 'r'`;

export const FOREIGN_KEYS = `
  select format('alter table %I add constraint %I %s', c.relname, k.conname, pg_get_constraintdef(k.oid)) as sql
  ${REFERRING} order by k.conname`;

export interface Reference {
  readonly child: string;
  readonly parent: string;
  readonly columns: string;
  readonly keys: string;
}

export const REFERENCES = `
  select quote_ident(c.relname) as child, quote_ident(p.relname) as parent,
         (select string_agg(quote_ident(a.attname), ', ' order by n) from unnest(k.conkey) with ordinality as x (att, n)
          join pg_attribute a on a.attrelid = c.oid and a.attnum = x.att) as columns,
         (select string_agg(quote_ident(a.attname), ', ' order by n) from unnest(k.confkey) with ordinality as x (att, n)
          join pg_attribute a on a.attrelid = p.oid and a.attnum = x.att) as keys
  ${REFERRING}`;

export const INDEXES = `
  select replace(pg_get_indexdef(i.indexrelid),
                 format(' ON %s%I.%I ', case when c.relkind = 'p' then 'ONLY ' else '' end, n.nspname, c.relname),
                 format(' ON %I ', c.relname)) as sql
  from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
  where ${CHOSEN} and i.indisvalid
    and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))`;

/** Rights of other roles, because the migrations give them on the views too. */
export const RIGHTS = `
  select format('grant %s on %I to %s', a.privilege_type, c.relname,
                case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end) as sql
  from pg_class c cross join lateral aclexplode(c.relacl) a
  where ${CHOSEN} and a.grantee <> c.relowner and a.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')`;

export const VIEWS = `
  select format('create view %I as %s', c.relname, pg_get_viewdef(c.oid)) as sql
  from pg_class c where c.relnamespace = to_regnamespace(quote_ident(current_schema())) and c.relkind = 'v'
    and $1::text[] is null order by c.oid`;

/** Our functions. They name our tables with the schema in quotes, which the schema of the copy replaces. */
export const OWN_FUNCTIONS = `
  select replace(pg_get_functiondef(p.oid), format('"%s".', replace($1, '"', '""')), format('"%s".', $2::text)) as sql
  from pg_proc p where p.pronamespace = to_regnamespace('gatehouse')`;

export const OWN_VIEWS = `
  select format('create view gatehouse.%I as %s', c.relname, pg_get_viewdef(c.oid)) as sql
  from pg_class c where c.relnamespace = to_regnamespace('gatehouse') and c.relkind = 'v' order by c.oid`;

export interface CopiedTrigger {
  readonly sql: string;
  /** False for a trigger of the application. */
  readonly ours: boolean;
}

/** The application's triggers call a function that does nothing instead of their own. */
export const TRIGGERS = `
  select case when t.tgname like 'gatehouse\\_%' then pg_get_triggerdef(t.oid, true)
         else regexp_replace(pg_get_triggerdef(t.oid, true), 'EXECUTE FUNCTION .*$', 'EXECUTE FUNCTION gatehouse_does_nothing()') end as sql,
         t.tgname like 'gatehouse\\_%' as ours
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where ${CHOSEN} and not t.tgisinternal and t.tgparentid = 0 order by t.tgname`;
