import type { QueryRunner } from 'typeorm';
import { TABLES, type Tables } from '../database/tables.js';
import { MIGRATIONS_TABLE } from '../migrating/migrations-table.js';
import type { Grants } from './plan.js';

/** Stands for the role of the server. */
export const SERVING_ROLE = '<role>';

const ROWS = 'select, insert, update, delete';
/** Tables of the schema `gatehouse` that the server writes. */
const WRITTEN = [
  'mails',
  'legacy_tokens',
  'legacy_token_cutoffs',
  'token_refreshes',
  'address_proofs',
  'password_guesses',
];
/** Tables of the schema `gatehouse` that the server only reads. */
const READ = ['switch_over', 'legacy_columns', 'choices', 'names'];

/**
 * The rights that a server needs on the migrated tables.
 * @param schema quoted name of the schema of our tables
 */
export async function grantsFor(
  queryRunner: QueryRunner,
  { schema, tables }: { readonly schema: string; readonly tables: Tables },
): Promise<Grants> {
  const own = TABLES.map((table) => `${schema}.${quoteIfNeeded(tables.nameOf(table))}`);
  const bookkeeping = await bookkeepingRelations(queryRunner);
  const inGatehouse = (names: readonly string[]) =>
    bookkeeping
      .filter(({ name, kind }) => names.includes(name) && kind === 'r')
      .map(({ name }) => `gatehouse.${name}`);
  const views = bookkeeping.filter(({ kind }) => kind === 'v').map(({ name }) => `gatehouse.${name}`);
  const sequences = (await countingSequences(queryRunner, tables)).map((name) => `${schema}.${name}`);
  const serving = [
    grant('usage', 'schema', [schema, 'gatehouse']),
    grant(ROWS, 'table', [...own, ...inGatehouse(WRITTEN), ...views]),
    grant('select', 'table', [`${schema}.${MIGRATIONS_TABLE}`, ...inGatehouse(READ)]),
    ...(sequences.length > 0 ? [grant('usage', 'sequence', sequences)] : []),
  ];
  return { serving, migrating: await missingRights(queryRunner) };
}

const grant = (rights: string, kind: string, objects: readonly string[]) =>
  `grant ${rights} on ${kind} ${objects.join(', ')} to ${SERVING_ROLE};`;

const quoteIfNeeded = (name: string) =>
  /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

async function bookkeepingRelations(queryRunner: QueryRunner): Promise<{ name: string; kind: string }[]> {
  return (await queryRunner.query(
    `select relname as name, relkind as kind from pg_class
     where relnamespace = to_regnamespace('gatehouse') and relkind in ('r', 'v') order by relname`,
  )) as { name: string; kind: string }[];
}

/** The sequences that count ids of our tables. Identity columns need no right. */
async function countingSequences(queryRunner: QueryRunner, tables: Tables): Promise<string[]> {
  const rows = (await queryRunner.query(
    `select distinct quote_ident(s.relname) as name from pg_class c
     join pg_attrdef d on d.adrelid = c.oid
     join pg_depend x on x.classid = 'pg_attrdef'::regclass and x.objid = d.oid and x.refclassid = 'pg_class'::regclass
     join pg_class s on s.oid = x.refobjid and s.relkind = 'S'
     where c.relnamespace = to_regnamespace(quote_ident(current_schema())) and c.relname = any ($1) order by 1`,
    [TABLES.map((table) => tables.nameOf(table))],
  )) as { name: string }[];
  return rows.map(({ name }) => name);
}

/** Without this right, the throttle of the backfills sees neither the lag of a standby nor the work of other roles. */
async function missingRights(queryRunner: QueryRunner): Promise<string[]> {
  const [role] = (await queryRunner.query(
    `select quote_ident(current_user) as name, pg_has_role(current_user, 'pg_read_all_stats', 'usage') as "seesAll"`,
  )) as { name: string; seesAll: boolean }[];
  return role && !role.seesAll ? [`grant pg_read_all_stats to ${role.name};`] : [];
}
