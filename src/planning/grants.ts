import type { QueryRunner } from 'typeorm';
import { TABLES, type Tables } from '../database/tables.js';
import { MIGRATIONS_TABLE } from '../migrating/migrations-table.js';
import { quoteIfNeeded } from './shadow-schema.js';
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
  'audit_unchained',
  'webhooks',
];
/** Tables of the schema `gatehouse` to which the server adds rows. */
const APPENDED = ['audit_events', 'audit_chain', 'audit_heads', 'session_caches'];
/** Tables of the schema `gatehouse` that the server only reads. */
const READ = ['switch_over', 'legacy_columns', 'choices', 'names', 'moved_tables'];

export interface Place {
  /** Quoted name of the schema of our tables. */
  readonly schema: string;
  readonly tables: Tables;
  /** In a plan, the quoted name of the schema of which this one is the copy. */
  readonly realSchema: (name: string) => string;
}

/** The rights that a server needs on the migrated tables. */
export async function grantsFor(
  queryRunner: QueryRunner,
  { schema, tables, realSchema }: Place,
): Promise<Grants> {
  const placeOf = (table: string) =>
    tables.isNear(table) ? schema : realSchema(tables.schemaOf(table) ?? '');
  const own = TABLES.flatMap((table) => {
    const [view, physical] = [tables.nameOf(table), tables.physicalNameOf(table)];
    const relation = `${placeOf(table)}.${quoteIfNeeded(physical)}`;
    // A view under our name reads the table with the rights of its reader.
    return tables.isKept(table) ? [relation, `${schema}.${quoteIfNeeded(view)}`] : [relation];
  });
  const far = new Set(TABLES.filter((table) => !tables.isNear(table)).map(placeOf));
  const bookkeeping = await bookkeepingRelations(queryRunner);
  const inGatehouse = (names: readonly string[]) =>
    bookkeeping
      .filter(({ name, kind }) => names.includes(name) && kind !== 'v')
      .map(({ name }) => `gatehouse.${name}`);
  const views = bookkeeping.filter(({ kind }) => kind === 'v').map(({ name }) => `gatehouse.${name}`);
  const sequences = (await countingSequences(queryRunner, tables)).map(
    ({ name, place, near }) => `${near ? schema : realSchema(place)}.${name}`,
  );
  const serving = [
    grant('usage', 'schema', [schema, ...far, 'gatehouse']),
    grant(ROWS, 'table', [...own, ...inGatehouse(WRITTEN), ...views]),
    grant('select, insert', 'table', inGatehouse(APPENDED)),
    grant('select', 'table', [`${schema}.${MIGRATIONS_TABLE}`, ...inGatehouse(READ)]),
    ...(sequences.length > 0 ? [grant('usage', 'sequence', sequences)] : []),
  ];
  return { serving, migrating: await missingRights(queryRunner) };
}

const grant = (rights: string, kind: string, objects: readonly string[]) =>
  `grant ${rights} on ${kind} ${objects.join(', ')} to ${SERVING_ROLE};`;

async function bookkeepingRelations(queryRunner: QueryRunner): Promise<{ name: string; kind: string }[]> {
  return (await queryRunner.query(
    `select relname as name, relkind as kind from pg_class
     where relnamespace = to_regnamespace('gatehouse') and relkind in ('r', 'p', 'v') order by relname`,
  )) as { name: string; kind: string }[];
}

interface CountingSequence {
  /** Quoted for SQL. */
  readonly name: string;
  readonly place: string;
  /** True if it is in the first schema of `search_path`. */
  readonly near: boolean;
}

/** The sequences that count ids of our tables. Identity columns need no right. */
async function countingSequences(queryRunner: QueryRunner, tables: Tables): Promise<CountingSequence[]> {
  return (await queryRunner.query(
    `select distinct quote_ident(s.relname) as name, n.nspname as place, n.nspname = current_schema() as near
     from pg_class c
     join pg_attrdef d on d.adrelid = c.oid
     join pg_depend x on x.classid = 'pg_attrdef'::regclass and x.objid = d.oid and x.refclassid = 'pg_class'::regclass
     join pg_class s on s.oid = x.refobjid and s.relkind = 'S'
     join pg_namespace n on n.oid = s.relnamespace
     where c.oid = any ($1::regclass[]) order by 1`,
    [TABLES.map((table) => tables.physicalOf(table))],
  )) as CountingSequence[];
}

/** Without this right, the throttle of the backfills sees neither the lag of a standby nor the work of other roles. */
async function missingRights(queryRunner: QueryRunner): Promise<string[]> {
  const [role] = (await queryRunner.query(
    `select quote_ident(current_user) as name, pg_has_role(current_user, 'pg_read_all_stats', 'usage') as "seesAll"`,
  )) as { name: string; seesAll: boolean }[];
  return role && !role.seesAll ? [`grant pg_read_all_stats to ${role.name};`] : [];
}
