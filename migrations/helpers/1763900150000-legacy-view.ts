import type { QueryRunner } from 'typeorm';
import { isMoved, type Adoption } from './1763900000000-adoption.js';
import { quote, spelt, type TableFacts } from './1763900000000-catalogue.js';
import { say } from './1763900000000-progress.js';
import { tableName } from './1763900000000-tables.js';
import { recordMove } from './1763900000000-moved-tables.js';
import { recordUndo } from './1763900000000-undo-journal.js';

/**
 * Schema of the views for tables that keep their name. The old application must have it in front of `public` in
 * search_path.
 */
export const LEGACY_SCHEMA = 'gatehouse_legacy';

/**
 * Renames the table and columns and creates a view with the old names. Runs in the caller's transaction, so that the
 * old application always finds its table. PostgreSQL can write through such a view. If the table is moved, this lasts
 * only until KeepLegacyNames gives it its old names back.
 */
export async function replaceByView(
  queryRunner: QueryRunner,
  migration: string,
  adoption: Adoption,
): Promise<void> {
  const { source, renamed } = adoption;
  const table = tableName(adoption.table);
  const view = viewOf(adoption);
  if (view === undefined) return;
  const rights = await grantsOf(queryRunner, source);
  const steps = await stepsOf(queryRunner, adoption);
  if (!isMoved(adoption)) {
    await queryRunner.query(`create schema if not exists ${LEGACY_SCHEMA}`);
    // Recorded before the first view and only once, so that it is undone after the last one.
    const statement = `drop schema if exists ${LEGACY_SCHEMA}`;
    await recordUndo(queryRunner, { migration, kind: 'statement', relation: table, statement });
    await queryRunner.query(`grant usage on schema ${LEGACY_SCHEMA} to public`);
    say(
      `${table}: ${renamed.map((pair) => `${pair.theirs.name} becomes ${pair.ours.name}`).join(', ')}. ` +
        `An application that uses the old names needs ${LEGACY_SCHEMA} at the front of its search_path.`,
    );
  }
  const columns = [...source.columns.keys()].map((name) => {
    const ours = renamed.find(({ theirs }) => theirs.name === name)?.ours.name;
    return ours ? `${ours} as ${quote(name)}` : quote(name);
  });
  const options = (await hasInvokerViews(queryRunner)) ? ' with (security_invoker = true)' : '';
  const away = [
    ...steps.map(({ change }) => change),
    `create view ${view}${options} as select ${columns.join(', ')} from ${table}`,
    ...rights.map(({ privilege, grantee }) => `grant ${privilege} on ${view} to ${grantee}`),
  ];
  const back = [`drop view if exists ${view}`, ...steps.toReversed().map(({ reversal }) => reversal)];
  for (const statement of away) await queryRunner.query(statement);
  const forget = isMoved(adoption) ? [await recordMove(queryRunner, adoption, { away, back })] : [];
  await recordUndo(queryRunner, {
    migration,
    kind: 'statement',
    relation: table,
    // One statement, so that during `down` too the old application always finds its table.
    statement: [...back, ...forget].join('; '),
  });
}

/** Name of the view; undefined if nothing is renamed. */
function viewOf(adoption: Adoption): string | undefined {
  if (isMoved(adoption)) return spelt(adoption.source);
  return adoption.renamed.length > 0 ? `${LEGACY_SCHEMA}.${quote(tableName(adoption.table))}` : undefined;
}

/**
 * True if views can have `security_invoker`. Such a view reads the table with the rights of the application, so row-level
 * security stays in effect.
 */
async function hasInvokerViews(queryRunner: QueryRunner): Promise<boolean> {
  const [row] = (await queryRunner.query(
    `select current_setting('server_version_num')::integer >= 150000 as found`,
  )) as { found: boolean }[];
  return row?.found ?? false;
}

interface Step {
  readonly change: string;
  readonly reversal: string;
}

async function stepsOf(
  queryRunner: QueryRunner,
  { table: ours, source, renamed }: Adoption,
): Promise<Step[]> {
  const table = tableName(ours);
  const alter = `alter table ${table}`;
  const steps: Step[] = [];
  if (source.schema !== null) {
    steps.push(...(await sequenceSteps(queryRunner, source)));
    const [{ schema }] = (await queryRunner.query('select quote_ident(current_schema()) as schema')) as [
      { schema: string },
    ];
    steps.push({
      change: `alter table ${spelt(source)} set schema ${schema}`,
      reversal: `alter table ${schema}.${quote(source.name)} set schema ${quote(source.schema)}`,
    });
  }
  if (source.name !== table) {
    const old = quote(source.name);
    steps.push({
      change: `alter table ${old} rename to ${table}`,
      reversal: `${alter} rename to ${old}`,
    });
  }
  for (const { ours, theirs } of renamed) {
    const old = quote(theirs.name);
    steps.push({
      change: `${alter} rename ${old} to ${ours.name}`,
      reversal: `${alter} rename ${ours.name} to ${old}`,
    });
  }
  return steps;
}

/**
 * Leaves the sequences of serial columns where they are, because the old application may name them. A sequence that
 * belongs to a column is always in the schema of the column's table.
 */
async function sequenceSteps(queryRunner: QueryRunner, source: TableFacts): Promise<Step[]> {
  const owned = (await queryRunner.query(
    `select s.relname as name, a.attname as column
     from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
     join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
     where d.classid = 'pg_class'::regclass and d.refobjid = to_regclass($1) and d.deptype = 'a' order by s.oid`,
    [spelt(source)],
  )) as { name: string; column: string }[];
  return owned.map(({ name, column }) => {
    const sequence = spelt({ schema: source.schema, name });
    return {
      change: `alter sequence ${sequence} owned by none`,
      reversal: `alter sequence ${sequence} owned by ${spelt(source)}.${quote(column)}`,
    };
  });
}

/** Rights to copy to the view, because the old application may have a role of its own. Some are for single columns. */
async function grantsOf(
  queryRunner: QueryRunner,
  table: TableFacts,
): Promise<{ privilege: string; grantee: string }[]> {
  return (await queryRunner.query(
    `select a.privilege_type || a.columns as privilege,
            case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as grantee
     from pg_class c cross join lateral (
       select privilege_type, grantee, '' as columns from aclexplode(c.relacl)
       union all
       select x.privilege_type, x.grantee, format(' (%I)', attname)
       from pg_attribute cross join lateral aclexplode(attacl) x where attrelid = c.oid and not attisdropped
     ) a
     where c.oid = to_regclass($1) and a.grantee <> c.relowner
       and a.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')`,
    [spelt(table)],
  )) as { privilege: string; grantee: string }[];
}
