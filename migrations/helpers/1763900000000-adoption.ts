import type { QueryRunner } from 'typeorm';
import { readTable, type ColumnFacts, type TableFacts } from './1763900000000-catalogue.js';
import { BETTER_AUTH_USERS, LEGACY_TABLES, legacyNames, variableOf } from './1763900000000-legacy-names.js';
import { findName } from './1763900000000-spelling.js';
import { FAMILIES, ID_TYPES, TABLES, tableName, type ColumnDefinition } from './1763900000000-tables.js';
import { PREFIX } from './1763900000000-user-columns.js';
import { modelNameFindings } from './1763900000000-model-names.js';
import { findUsersTable, type LookAlike } from './1763900000000-users-table.js';

/** A column of ours, by its name in this database, and the legacy column with the same meaning. */
export interface ColumnPair {
  readonly ours: ColumnDefinition;
  readonly theirs: ColumnFacts;
}

/**
 * How a legacy table becomes one of ours. `renamed` columns get our names, and a view shows them under the old ones.
 * `mirrored` columns keep their names; our columns are added beside them, and a trigger keeps both equal.
 */
export interface Adoption {
  readonly table: string;
  /** The table as it is now. If it will be renamed, it has another name or another schema. */
  readonly source: TableFacts;
  readonly renamed: readonly ColumnPair[];
  readonly mirrored: readonly ColumnPair[];
  /** Names of our columns that have a prefix, because a legacy column of another type or meaning has our name. */
  readonly prefixed: ReadonlyMap<string, string>;
}

export interface AdoptionPlan {
  /** One for each of our tables that exists in some form. */
  readonly adoptions: readonly Adoption[];
  /** Tables that look like users and were not chosen. */
  readonly others: readonly LookAlike[];
  readonly findings: readonly string[];
}

const NONE = 'none';

/** Compares existing tables with ours. Only reads. Once the tables are adopted, nothing is left to rename or mirror. */
export async function planAdoption(queryRunner: QueryRunner): Promise<AdoptionPlan> {
  const adoptions: Adoption[] = [];
  const findings: string[] = [];
  const users = await findUsersTable(queryRunner);
  findings.push(...users.findings, ...modelNameFindings());
  let idType: string | undefined;
  for (const table of Object.keys(TABLES)) {
    const found = table === 'users' ? users.source : await findSource(queryRunner, table, users.source);
    if (typeof found === 'string') findings.push(found);
    if (!found || typeof found === 'string') continue;
    const adoption = adoptionOf(table, found, idType);
    if (table === 'users') idType = adoptedFacts(adoption).columns.get('id')?.type;
    if (table !== 'users' && !isNamed(table) && found.name !== tableName(table) && !isComplete(adoption))
      continue;
    findings.push(...namingFindings(table, found));
    adoptions.push(adoption);
  }
  return { adoptions, others: users.others, findings };
}

export function adoptionFor({ adoptions }: AdoptionPlan, table: string): Adoption | undefined {
  return adoptions.find((adoption) => adoption.table === table);
}

/** True if the table gets another name or moves to another schema, so that a view takes its place. */
export function isMoved({ table, source }: Adoption): boolean {
  return source.name !== tableName(table) || source.schema !== null;
}

/** The table after the adoption: with our name and our columns. */
export function adoptedFacts({ table, source, renamed, mirrored }: Adoption): TableFacts {
  const columns = new Map(source.columns);
  for (const { theirs } of renamed) columns.delete(theirs.name);
  for (const { ours, theirs } of renamed) columns.set(ours.name, { ...theirs, name: ours.name });
  for (const pair of mirrored) columns.set(pair.ours.name, mirrorFacts(pair));
  return { name: tableName(table), schema: null, kind: source.kind, columns };
}

export function currentName({ renamed, mirrored }: Adoption, column: string): string {
  return [...renamed, ...mirrored].find(({ ours }) => ours.name === column)?.theirs.name ?? column;
}

/** A `user_id` gets the type of the column it refers to. Other columns get the type they have in a fresh database. */
function mirrorFacts({ ours, theirs }: ColumnPair): ColumnFacts {
  const isReference = ours.name === 'user_id';
  const typeName = isReference ? theirs.typeName : (FAMILIES[ours.family][0] ?? '');
  const type = isReference ? theirs.type : ours.type;
  return { ...theirs, name: ours.name, type, typeName, maxLength: null, notNull: false, fallback: null };
}

function isNamed(table: string): boolean {
  return Boolean(process.env[LEGACY_TABLES[table]?.variable ?? '']);
}

/** Undefined if there is no such table. A string if a variable is wrong: what is wrong, and what to do. */
async function findSource(
  queryRunner: QueryRunner,
  table: string,
  users: TableFacts | undefined,
): Promise<TableFacts | string | undefined> {
  const own = await readTable(queryRunner, tableName(table));
  const { variable, names } = LEGACY_TABLES[table] ?? { variable: '', names: [] };
  const named = process.env[variable];
  if (named === NONE) return own;
  if (named && named !== tableName(table)) {
    const other = await readTable(queryRunner, named);
    if (!other) return `${variable} names "${named}", which does not exist. Correct the name.`;
    if (!own) return other;
    if (other.kind === 'v') return own;
    return `${variable} names "${named}", but a table ${tableName(table)} exists too. Rename the table ${tableName(table)}.`;
  }
  if (own) return own;
  // If the users table is not Better Auth's, a table `session` may belong to any application.
  if (!(await isBetterAuths(queryRunner, users))) return undefined;
  for (const name of names) {
    const candidate = await readTable(queryRunner, name);
    if (candidate?.kind === 'r') return candidate;
  }
  return undefined;
}

/** True if the users table has, or had before the migrations, a name that Better Auth uses. */
async function isBetterAuths(queryRunner: QueryRunner, users: TableFacts | undefined): Promise<boolean> {
  if (!users) return false;
  if (BETTER_AUTH_USERS.includes(users.name)) return true;
  for (const name of BETTER_AUTH_USERS) {
    if ((await readTable(queryRunner, name))?.kind === 'v') return true;
  }
  return false;
}

function adoptionOf(table: string, source: TableFacts, idType: string | undefined): Adoption {
  const renamed: ColumnPair[] = [];
  const mirrored: ColumnPair[] = [];
  const prefixed = new Map<string, string>();
  const taken = new Set<string>();
  const keepsName = source.name === tableName(table) && source.schema === null;
  for (const definition of TABLES[table] ?? []) {
    const present = source.columns.get(definition.name);
    const isForeign = present !== undefined && isForeignBan(table, source, definition);
    if (present && !isForeign && fits(definition, present, idType)) continue;
    const clashes = present !== undefined && needsPrefix(table, source, definition, keepsName);
    const ours = clashes ? { ...definition, name: `${PREFIX}${definition.name}` } : definition;
    if (clashes) prefixed.set(definition.name, ours.name);
    if (isForeign) continue;
    if (source.columns.has(ours.name) && (clashes || !becomesFlag(table, source, definition, keepsName)))
      continue;
    const theirs = findTheirs(table, source, definition, {
      taken,
      idType,
      present: clashes ? present : undefined,
    });
    if (!theirs) continue;
    taken.add(theirs.name);
    const pair = { ours, theirs };
    // If the table keeps its name, the old application goes on using it, so its columns keep their names too.
    if ((keepsName && ours.name !== 'id') || clashes || !fits(definition, theirs, idType))
      mirrored.push(pair);
    else renamed.push(pair);
  }
  return { table, source, renamed, mirrored, prefixed };
}

/**
 * True for a flag `banned` of the application's own. Without a reason beside it we could not tell its bans from those that
 * follow other legacy columns, so it is read like every other column that keeps people out.
 */
function isForeignBan(table: string, source: TableFacts, { name }: ColumnDefinition): boolean {
  if (table !== 'users' || name !== 'banned') return false;
  return (
    findName(source.columns.keys(), ['ban_reason']) === undefined || source.columns.has(`${PREFIX}${name}`)
  );
}

function findTheirs(
  table: string,
  source: TableFacts,
  definition: ColumnDefinition,
  {
    taken,
    idType,
    present,
  }: { taken: ReadonlySet<string>; idType: string | undefined; present?: ColumnFacts | undefined },
): ColumnFacts | undefined {
  const usable = [...source.columns.values()].filter(
    (column) =>
      !taken.has(column.name) &&
      says(definition, column, idType) &&
      // A column that is already one of ours has its own meaning.
      (column === present || column.name !== definition.name) &&
      !(isOurs(table, column.name) && fitsOwnName(table, column, idType)),
  );
  const named = findName(
    usable.map(({ name }) => name),
    legacyNames(table, definition),
  );
  return usable.find(({ name }) => name === named);
}

function fitsOwnName(table: string, column: ColumnFacts, idType: string | undefined): boolean {
  const own = TABLES[table]?.find(({ name }) => name === column.name);
  return own !== undefined && fits(own, column, idType);
}

/** True if our column gets a prefix when a legacy column of another type or meaning has its name. */
function needsPrefix(table: string, source: TableFacts, ours: ColumnDefinition, keepsName: boolean): boolean {
  return table === 'users' && !ours.essential && !becomesFlag(table, source, ours, keepsName);
}

/**
 * True for a flag `email_verified` in a table that is renamed. It is renamed too, to `is_email_verified`, so our column
 * can have the name.
 */
function becomesFlag(
  table: string,
  source: TableFacts,
  { name }: ColumnDefinition,
  keepsName: boolean,
): boolean {
  return (
    table === 'users' &&
    !keepsName &&
    name === 'email_verified' &&
    source.columns.get(name)?.typeName === 'bool' &&
    !source.columns.has('is_email_verified')
  );
}

function isOurs(table: string, name: string): boolean {
  return TABLES[table]?.some((column) => column.name === name) ?? false;
}

function fits({ name, family }: ColumnDefinition, column: ColumnFacts, idType: string | undefined): boolean {
  if (column.generated) return false;
  if (name === 'user_id') return column.type === (idType ?? column.type);
  if (name === 'id') return ID_TYPES.includes(column.typeName);
  return FAMILIES[family].includes(column.typeName);
}

/** Other types that may hold a time: as a day, or as seconds or milliseconds since 1970. Auth.js also stores times as text. */
const TIMES: readonly string[] = [...FAMILIES.string, 'date', 'int4', 'int8', 'numeric', 'float8'];

function says(ours: ColumnDefinition, column: ColumnFacts, idType: string | undefined): boolean {
  return (
    fits(ours, column, idType) ||
    (!column.generated && ours.family === 'time' && TIMES.includes(column.typeName))
  );
}

function isComplete(adoption: Adoption): boolean {
  const { columns } = adoptedFacts(adoption);
  return (TABLES[adoption.table] ?? []).every(({ name, essential }) => !essential || columns.has(name));
}

function namingFindings(table: string, source: TableFacts): string[] {
  return (TABLES[table] ?? []).flatMap((definition) => {
    const variable = variableOf(table, definition);
    const named = process.env[variable ?? ''];
    if (!named || named === NONE || findName(source.columns.keys(), [named])) return [];
    if (source.columns.has(definition.name) && definition.essential) return [];
    return [`${variable} names "${named}", which ${source.name} does not have. Correct the name.`];
  });
}
