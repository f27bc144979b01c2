import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { tableName } from './1763900000000-tables.js';

/**
 * The clause of each function whose body runs later. PostgreSQL prefers a function or operator with exactly fitting types
 * to a built-in one, so in a schema in which others may create they could plant one. With this path PostgreSQL finds
 * only its own functions and operators, because it never looks for them in `pg_temp`.
 */
export const SAFE_PATH = 'set search_path to pg_catalog, pg_temp';

/** Bodies write `{users}` and `{accounts}` for our tables. Returns the body with their full names. */
export function qualified(body: string, schema: string): string {
  const path = `${quote(schema)}, pg_temp`.replaceAll("'", "''");
  return body
    .replaceAll('{path}', () => path)
    .replaceAll(/\{(users|accounts)\}/g, (_, table: string) => qualifiedTable(schema, table));
}

function qualifiedTable(schema: string, table: string): string {
  return `${quote(schema)}.${tableName(table)}`;
}

/** The first schema of `search_path`, not quoted. */
export async function firstSchema(queryRunner: QueryRunner): Promise<string> {
  const [row] = (await queryRunner.query('select current_schema() as schema')) as { schema: string }[];
  return row?.schema ?? '';
}

/**
 * The first statement of a trigger function with the rights of its owner. Somebody could otherwise attach the function to
 * a table of their own, fill that table as they like, and so write with the owner's rights. A table of the owner may have
 * been renamed since. A table of another owner needs our name, or the legacy name that it has back.
 */
export function onlyFor(schema: string, table: string): string {
  const name = qualifiedTable(schema, table);
  const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
  return `
        if tg_relid is distinct from to_regclass(${literal(name)})::oid and not exists (
          select from pg_class c join pg_roles r on r.oid = c.relowner where c.oid = tg_relid and r.rolname = current_user
        ) and not exists (
          select from gatehouse.moved_tables moved where moved.table_name = ${literal(table)} and tg_relid =
            to_regclass(format('%I.%I', coalesce(moved.legacy_schema, ${literal(schema)}), moved.legacy_name))::oid) then
          raise exception 'this trigger function of Gatehouse belongs to another table' using errcode = '42501';
        end if;`;
}

/** What `onlyFor` returns, in the text of a function. */
export const ONLY_FOR = /\s*if tg_relid is distinct from [^;]*? then\s*raise exception [^;]*;\s*end if;/;

/**
 * Runs a write to a table of the application, whose triggers and constraints may rely on `search_path`. The statement
 * itself must name every function and operator with its schema.
 */
export function withTheirPath(statement: string): string {
  return `
            perform pg_catalog.set_config('search_path', '{path}', true);
            ${statement}
            perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);`;
}

/**
 * Creates or replaces a function of the schema `gatehouse`. Nobody but its owner may execute it, whatever the default
 * privileges of the database say.
 * @param signature name and types of the arguments, without the schema
 */
export async function createOwnFunction(
  queryRunner: QueryRunner,
  { signature, names = signature, definition }: OwnFunction,
): Promise<void> {
  await queryRunner.query(`create or replace function gatehouse.${names} ${definition}`);
  await queryRunner.query(`revoke all on function gatehouse.${signature} from public`);
  const grantees = (await queryRunner.query(
    `select distinct quote_ident(pg_get_userbyid(a.grantee)) as role
     from pg_proc p cross join lateral aclexplode(p.proacl) a
     where p.oid = 'gatehouse.${signature.replaceAll("'", "''")}'::regprocedure and a.grantee not in (0, p.proowner)`,
  )) as { role: string }[];
  for (const { role } of grantees)
    await queryRunner.query(`revoke all on function gatehouse.${signature} from ${role}`);
}

interface OwnFunction {
  readonly signature: string;
  /** The signature with the names of the arguments, if it has any. */
  readonly names?: string;
  /** From `returns` on. */
  readonly definition: string;
}
