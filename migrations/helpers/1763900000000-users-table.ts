import type { QueryRunner } from 'typeorm';
import { literal, quote, readTable, type TableFacts } from './1763900000000-catalogue.js';
import { LEGACY_TABLES } from './1763900000000-legacy-names.js';
import { findName, plainName } from './1763900000000-spelling.js';

/** A table or view with columns for an e-mail and a password. */
export interface LookAlike {
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  /** True if the table is in the first schema of `search_path`. */
  readonly near: boolean;
}

export interface UsersTable {
  /** The table that is or becomes `users`; undefined if there is none. */
  readonly source?: TableFacts;
  /** Tables that look like users and were not chosen. */
  readonly others: readonly LookAlike[];
  readonly findings: readonly string[];
}

/** Names of columns with password hashes, the most specific first. */
export const PASSWORDS: readonly string[] = [
  'hashed_password',
  'password_hash',
  'encrypted_password',
  'password_digest',
  'password',
  'passwd',
  'pwd',
];
const EMAILS = ['email', 'email_address', 'mail', 'e_mail', 'user_email', 'login_email'];
const OTHER_PASSWORDS = [
  'user_pass',
  'user_password',
  'pass_hash',
  'passhash',
  'pass',
  'pw_hash',
  'crypted_password',
];
const VARIABLE = 'LEGACY_USERS_TABLE';
const NONE = 'none';

/** Chooses the table of the users: the one that the variable names, or `users`, or the only table that looks like it. */
export async function findUsersTable(queryRunner: QueryRunner): Promise<UsersTable> {
  const own = await readTable(queryRunner, 'users');
  const alike = (await findLookAlikes(queryRunner)).filter(({ near, name }) => !near || name !== 'users');
  const named = process.env[VARIABLE];
  if (named === NONE) return { ...(own ? { source: own } : {}), others: [], findings: [] };
  if (named && named !== 'users') return await namedTable(queryRunner, named, own, alike);
  if (own) return { source: own, others: alike.filter(isTable), findings: [] };
  const candidates = alike.filter(isTable);
  const known = candidates.filter(({ near, name }) => near && isKnown(name));
  const usual = candidates.filter(({ name }) => isKnown(name) || /users?$/i.test(name));
  const usualHere = usual.filter(({ near }) => near);
  const best = [known, usualHere, usual].find((group) => group.length > 0) ?? [];
  const others = (chosen?: LookAlike) => candidates.filter((candidate) => candidate !== chosen);
  const [only] = best;
  if (only && best.length === 1) {
    const source = await readTable(queryRunner, only.name, only.near ? null : only.schema);
    return { ...(source ? { source } : {}), others: others(only), findings: [] };
  }
  // Better Auth's and Auth.js's users have no password column.
  if (candidates.length === 0) {
    for (const name of ['user', 'User']) {
      const source = await readTable(queryRunner, name);
      if (source?.kind === 'r') return { source, others: [], findings: [] };
    }
    return { others: [], findings: [] };
  }
  return { others: [], findings: [await describeChoice(queryRunner, best.length > 0 ? best : candidates)] };
}

async function namedTable(
  queryRunner: QueryRunner,
  named: string,
  own: TableFacts | undefined,
  alike: readonly LookAlike[],
): Promise<UsersTable> {
  const [schema, name] = named.includes('.') ? splitName(named) : [null, named];
  const other = (await readTable(queryRunner, name, schema)) ?? (await readTable(queryRunner, named));
  const others = alike.filter((table) => isTable(table) && table.name !== name);
  if (!other) {
    // A run that was interrupted may have moved the table, and the view may be gone after the switch-over.
    const findings = own ? [] : [`${VARIABLE} names "${named}", which does not exist. Correct the name.`];
    return { ...(own ? { source: own } : {}), others: [], findings };
  }
  if (own && other.kind === 'v') return { source: own, others: [], findings: [] };
  if (own && (schema !== null || name !== 'users')) {
    const finding = `${VARIABLE} names "${named}", but a table users exists too. Rename the table users.`;
    return { source: own, others: [], findings: [finding] };
  }
  const near = await isNear(queryRunner, schema);
  return { source: near ? { ...other, schema: null } : other, others, findings: [] };
}

async function isNear(queryRunner: QueryRunner, schema: string | null): Promise<boolean> {
  if (schema === null) return true;
  const [row] = (await queryRunner.query('select current_schema() as name')) as { name: string | null }[];
  return row?.name === schema;
}

/** `auth.users`, `"my schema"."Users"`. */
function splitName(named: string): [string, string] {
  const match = /^("(?:[^"]|"")+"|[^."]+)\.("(?:[^"]|"")+"|.+)$/.exec(named);
  const plain = (part = '') => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part);
  return [plain(match?.[1]), plain(match?.[2])];
}

const isTable = ({ kind }: LookAlike) => kind === 'r';

function isKnown(name: string): boolean {
  const names = LEGACY_TABLES['users']?.names ?? [];
  return ['users', ...names].some((known) => plainName(known) === plainName(name));
}

async function findLookAlikes(queryRunner: QueryRunner): Promise<LookAlike[]> {
  const tables = (await queryRunner.query(
    `select n.nspname as schema, c.relname as name, c.relkind as kind,
            coalesce(n.nspname = current_schema(), false) as near, array_agg(a.attname::text) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p', 'v') and not c.relispartition and n.nspname <> 'information_schema'
       and (n.nspname !~ '^(pg_|gatehouse)' or n.nspname = current_schema())
       and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')
     group by n.nspname, c.relname, c.relkind order by n.nspname, c.relname`,
  )) as (LookAlike & { columns: string[] })[];
  return tables
    .filter(
      ({ columns }) => findName(columns, EMAILS) && findName(columns, [...PASSWORDS, ...OTHER_PASSWORDS]),
    )
    .map(({ schema, name, kind, near }) => ({ schema, name, kind, near }));
}

async function describeChoice(queryRunner: QueryRunner, tables: readonly LookAlike[]): Promise<string> {
  const described: string[] = [];
  for (const { schema, name, near } of tables) {
    const named = near ? name : `${schema}.${name}`;
    described.push(`${named} (${await countRows(queryRunner, schema, name)})`);
  }
  return (
    `There is no table users, but these tables look like it: ${described.join(', ')}. ` +
    `Name the one that holds the users: ${VARIABLE}=${described[0]?.replace(/ \(.*/, '')}. ` +
    `If none does: ${VARIABLE}=${NONE}`
  );
}

/** For a message. The role may not be allowed to read the table. */
export async function countRows(queryRunner: QueryRunner, schema: string, name: string): Promise<string> {
  const table = `${quote(schema)}.${quote(name)}`;
  const [right] = (await queryRunner.query(
    `select has_schema_privilege(${literal(schema)}, 'usage') and has_table_privilege(to_regclass(${literal(table)})::oid, 'select') as allowed`,
  )) as { allowed: boolean | null }[];
  if (!right?.allowed) return 'rows unknown, because this role may not read it';
  const [row] = (await queryRunner.query(`select count(*)::integer as count from ${table}`)) as {
    count: number;
  }[];
  return `${row?.count} rows`;
}
