import type { TestDatabase } from '../../setup/database.js';

/** Schemas of the application and of Gatehouse. */
const SCHEMAS = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;
const RELATIONS = `pg_class c join pg_namespace n on n.oid = c.relnamespace and ${SCHEMAS}`;
const NAME = `n.nspname || '.' || c.relname`;
const isExtension = (id: string) =>
  `exists (select 1 from pg_depend d where d.objid = ${id} and d.deptype = 'e')`;

/** One query for each kind of thing in the catalogue. Each returns one line for each thing. */
const CATALOGUE: Readonly<Record<string, string>> = {
  schema: `select concat_ws(' ', nspname, nspacl) as line from pg_namespace n where ${SCHEMAS}`,
  relation: `
    select concat_ws(' ', ${NAME}, relkind, relpersistence, relowner::regrole, relacl, reloptions, relreplident,
             'rls', relrowsecurity, relforcerowsecurity, obj_description(c.oid, 'pg_class')) as line
    from ${RELATIONS} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')`,
  column: `
    select concat_ws(' ', ${NAME}, row_number() over (partition by c.oid order by attnum), attname,
             format_type(atttypid, atttypmod), case when attnotnull then 'not null' end, pg_get_expr(adbin, adrelid),
             attidentity, attgenerated, attcollation, attstattarget, attacl, col_description(c.oid, attnum)) as line
    from ${RELATIONS} join pg_attribute a on a.attrelid = c.oid and attnum > 0 and not attisdropped
    left join pg_attrdef on adrelid = attrelid and adnum = attnum where c.relkind in ('r', 'p', 'v', 'm', 'f')`,
  constraint: `
    select concat_ws(' ', ${NAME}, conname, pg_get_constraintdef(k.oid), convalidated, condeferrable) as line
    from ${RELATIONS} join pg_constraint k on k.conrelid = c.oid`,
  index: `
    select concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid, indisclustered, indisreplident) as line
    from ${RELATIONS} join pg_index on indrelid = c.oid`,
  trigger: `
    select concat_ws(' ', pg_get_triggerdef(t.oid), tgenabled) as line
    from ${RELATIONS} join pg_trigger t on tgrelid = c.oid and not tgisinternal`,
  policy: `
    select concat_ws(' ', ${NAME}, polname, polcmd, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) as line
    from ${RELATIONS} join pg_policy on polrelid = c.oid`,
  view: `select concat_ws(' ', ${NAME}, pg_get_viewdef(c.oid)) as line from ${RELATIONS} where relkind in ('v', 'm')`,
  function: `
    select concat_ws(' ', p.oid::regprocedure, md5(prosrc), proacl) as line
    from pg_proc p join pg_namespace n on n.oid = pronamespace and ${SCHEMAS} where not ${isExtension('p.oid')}`,
  type: `
    select concat_ws(' ', t.oid::regtype, typtype) as line
    from pg_type t join pg_namespace n on n.oid = typnamespace and ${SCHEMAS} where typtype in ('e', 'd')`,
  publication: `
    select concat_ws(' ', pubname, prrelid::regclass) as line
    from pg_publication p left join pg_publication_rel r on prpubid = p.oid`,
};

/** Everything that can be seen of a database, as lines: the catalogue and all rows. */
export async function snapshot(database: TestDatabase): Promise<string[]> {
  const queries = Object.entries(CATALOGUE).map(
    ([kind, query]) => `select '${kind} ' || line as line from (${query}) as ${kind}s`,
  );
  const lines = await database.administer<{ line: string }>(queries.join('\nunion all '));
  const tables = await database.administer<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from ${RELATIONS} and c.relkind in ('r', 'p', 'm')`,
  );
  const rows = tables.map(
    ({ name }) => `select ${quoted(`row of ${name} `)} || t::text as line from ${name} as t`,
  );
  if (rows.length > 0)
    lines.push(...(await database.administer<{ line: string }>(rows.join('\nunion all '))));
  return lines.map(({ line }) => line).toSorted();
}

/** The lines that only one of the two snapshots has, with "-" and "+" before them. */
export function difference(before: readonly string[], after: readonly string[]): string[] {
  return [
    ...without(before, after).map((line) => `- ${line}`),
    ...without(after, before).map((line) => `+ ${line}`),
  ];
}

/** TypeORM's table, which the last revert may leave empty, with its sequence, columns, key and grants. */
export const isEmptyMigrationsTable = (line: string): boolean =>
  /\bgatehouse_migrations(_id_seq)?\b/.test(line) && !line.startsWith('+ row of');

function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
