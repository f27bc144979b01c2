import pg from 'pg';
import type { QueryRunner } from 'typeorm';
import { findRows, type RowCheck } from '../migrating/find-rows.js';
import type { Finding } from '../migrating/finding.js';
import type { Forecast } from './inspection.js';

const SHOWN = 10;

/**
 * Warnings that the first migration does not give, because no user is let in or locked out. Reads the real tables.
 * @param schema quoted name of the real schema, because the schema of the copy comes first in `search_path`
 */
export async function furtherFindings(
  queryRunner: QueryRunner,
  schema: string,
  { source, columns }: Forecast,
): Promise<Finding[]> {
  const place = source.schema === null ? schema : pg.escapeIdentifier(source.schema);
  const table = `${place}.${pg.escapeIdentifier(source.name)}`;
  const id = `u.${pg.escapeIdentifier(columns['id'] ?? 'id')}`;
  const found: (Finding | undefined)[] = [];
  for (const check of await violations(queryRunner, table, id))
    found.push(await findRows(queryRunner, check, { shown: SHOWN }));
  found.push(await findRows(queryRunner, invalidIndexes(schema), { area: 'structure', shown: SHOWN }));
  found.push(await openSchema(queryRunner, schema));
  found.push(await findRows(queryRunner, writingRoles(table), { area: 'structure', shown: SHOWN }));
  return found.filter((finding) => finding !== undefined);
}

/** PostgreSQL checks each updated row against NOT VALID constraints too, although it never checked the existing rows. */
async function violations(queryRunner: QueryRunner, table: string, id: string): Promise<RowCheck[]> {
  const constraints = (await queryRunner.query(
    `select conname as name, pg_get_expr(conbin, conrelid) as expression from pg_constraint
     where conrelid = to_regclass($1) and contype = 'c' and not convalidated`,
    [table],
  )) as { name: string; expression: string }[];
  return constraints.map(({ name, expression }) => ({
    level: 'warning',
    message: `Users that violate the constraint ${name}, which is NOT VALID`,
    select: `select ${id}::text as example from ${table} u where not (${expression}) order by ${id}`,
    remedy: 'Correct these rows first. Otherwise they are not filled, but listed in gatehouse.quarantine.',
  }));
}

/**
 * Before PostgreSQL 15, every role may create objects in the schema `public`. Our triggers run with the rights of the role
 * that migrates and look for their tables there.
 */
async function openSchema(queryRunner: QueryRunner, schema: string): Promise<Finding | undefined> {
  const [row] = (await queryRunner.query(
    `select has_schema_privilege('public', to_regnamespace($1)::oid, 'create') as open`,
    [schema],
  )) as { open: boolean }[];
  if (!row?.open) return undefined;
  return {
    level: 'warning',
    area: 'structure',
    message: `Every role may create tables and functions in the schema ${schema}, where our triggers look for their tables`,
    remedy: `Run, if no role needs that: revoke create on schema ${schema} from public`,
  };
}

/** Roles of the old application. The server may use one of them, and our tables do not exist yet. */
function writingRoles(table: string): RowCheck {
  return {
    level: 'warning',
    message: 'Roles that may write users, and will have no rights on the new tables',
    select: `select distinct g.rolname::text as example
             from pg_class c cross join lateral aclexplode(c.relacl) a join pg_roles g on g.oid = a.grantee
             where c.oid = '${table.replaceAll("'", "''")}'::regclass and a.grantee <> c.relowner
               and a.privilege_type in ('INSERT', 'UPDATE') and not g.rolsuper and not pg_has_role(g.oid, c.relowner, 'usage')
             order by 1`,
    remedy: 'If the server connects as one of them, run the grants of this plan for it after the migration.',
  };
}

function invalidIndexes(schema: string): RowCheck {
  return {
    level: 'warning',
    message: 'Invalid indexes, left behind by an interrupted build',
    select: `select c.relname::text as example from pg_index join pg_class c on c.oid = indexrelid
             where not indisvalid and c.relnamespace = '${schema.replaceAll("'", "''")}'::regnamespace order by 1`,
    remedy: 'The migrations build their own indexes again. Drop the others: drop index concurrently <name>',
  };
}
