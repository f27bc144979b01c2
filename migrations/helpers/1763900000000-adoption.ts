import type { QueryRunner } from 'typeorm';
import { readTable, type ColumnFacts, type TableFacts } from './1763900000000-catalogue.js';
import { LEGACY_TABLES, legacyNames, variableOf } from './1763900000000-legacy-names.js';
import { FAMILIES, ID_TYPES, TABLES, type ColumnDefinition } from './1763900000000-tables.js';

/** A column of ours and the legacy column with the same meaning. */
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
  /** The table as it is now. If it will be renamed, it has another name. */
  readonly source: TableFacts;
  readonly renamed: readonly ColumnPair[];
  readonly mirrored: readonly ColumnPair[];
}

export interface AdoptionPlan {
  /** One for each of our tables that exists in some form. */
  readonly adoptions: readonly Adoption[];
  readonly findings: readonly string[];
}

const NONE = 'none';

/** Compares existing tables with ours. Only reads. Once the tables are adopted, nothing is left to rename or mirror. */
export async function planAdoption(queryRunner: QueryRunner): Promise<AdoptionPlan> {
  const adoptions: Adoption[] = [];
  const findings: string[] = [];
  let idType: string | undefined;
  for (const table of Object.keys(TABLES)) {
    const known = adoptions.find((adoption) => adoption.table === 'users');
    const found = await findSource(queryRunner, table, known?.source);
    if (typeof found === 'string') findings.push(found);
    if (!found || typeof found === 'string') continue;
    const adoption = adoptionOf(table, found, idType);
    if (table === 'users') idType = adoptedFacts(adoption).columns.get('id')?.type;
    if (!isNamed(table) && found.name !== table && !isComplete(adoption)) continue;
    findings.push(...namingFindings(table, found));
    adoptions.push(adoption);
  }
  return { adoptions, findings };
}

export function adoptionFor({ adoptions }: AdoptionPlan, table: string): Adoption | undefined {
  return adoptions.find((adoption) => adoption.table === table);
}

/** The table after the adoption: with our name and our columns. */
export function adoptedFacts({ table, source, renamed, mirrored }: Adoption): TableFacts {
  const columns = new Map(source.columns);
  for (const { theirs } of renamed) columns.delete(theirs.name);
  for (const { ours, theirs } of renamed) columns.set(ours.name, { ...theirs, name: ours.name });
  for (const pair of mirrored) columns.set(pair.ours.name, mirrorFacts(pair));
  return { name: table, kind: source.kind, columns };
}

/** Present name of the column that will be our `column`. */
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

/** Undefined if there is no such table. A text if the configuration is wrong; it says why. */
async function findSource(
  queryRunner: QueryRunner,
  table: string,
  users: TableFacts | undefined,
): Promise<TableFacts | string | undefined> {
  const own = await readTable(queryRunner, table);
  const { variable, names } = LEGACY_TABLES[table] ?? { variable: '', names: [] };
  const named = process.env[variable];
  if (named === NONE) return own;
  if (named && named !== table) {
    const other = await readTable(queryRunner, named);
    if (!other) return `${variable} names "${named}", which does not exist. Correct the name.`;
    if (!own) return other;
    if (other.kind === 'v') return own;
    return `${variable} names "${named}", but a table ${table} exists too. Rename the table ${table}.`;
  }
  if (own) return own;
  // If the users table is not Better Auth's, a table `session` may belong to anything.
  if (table !== 'users' && !(await isBetterAuths(queryRunner, users))) return undefined;
  for (const name of names) {
    const candidate = await readTable(queryRunner, name);
    if (candidate?.kind === 'r') return candidate;
  }
  return undefined;
}

/** True if the users table has, or had before the migrations, a name that Better Auth uses. */
async function isBetterAuths(queryRunner: QueryRunner, users: TableFacts | undefined): Promise<boolean> {
  if (!users) return false;
  if (users.name !== 'users') return true;
  for (const name of LEGACY_TABLES['users']?.names ?? []) {
    if ((await readTable(queryRunner, name))?.kind === 'v') return true;
  }
  return false;
}

function adoptionOf(table: string, source: TableFacts, idType: string | undefined): Adoption {
  const renamed: ColumnPair[] = [];
  const mirrored: ColumnPair[] = [];
  const taken = new Set<string>();
  for (const ours of TABLES[table] ?? []) {
    const present = source.columns.get(ours.name);
    if (present && (fits(ours, present, idType) || !isClash(table, source, ours))) continue;
    const theirs = legacyNames(table, ours)
      .map((name) => source.columns.get(name))
      .find((column) => column && !taken.has(column.name) && says(ours, column, idType));
    if (!theirs) continue;
    taken.add(theirs.name);
    // If the table keeps its name, the old application goes on using it, so its columns keep their names too, unless
    // one of our columns needs that name.
    const stays = source.name === table && ours.name !== 'id' && !isOurs(table, theirs.name);
    const pair = { ours, theirs };
    if (stays || !fits(ours, theirs, idType)) mirrored.push(pair);
    else renamed.push(pair);
  }
  return { table, source, renamed, mirrored };
}

/** True if `email_verified` is a flag. Such a column is what we call `is_email_verified`. */
function isClash(table: string, source: TableFacts, { name }: ColumnDefinition): boolean {
  return table === 'users' && name === 'email_verified' && !source.columns.has('is_email_verified');
}

function isOurs(table: string, name: string): boolean {
  return TABLES[table]?.some((column) => column.name === name) ?? false;
}

/** True if the column has a type that ours may have. */
function fits({ name, family }: ColumnDefinition, column: ColumnFacts, idType: string | undefined): boolean {
  if (name === 'user_id') return column.type === (idType ?? column.type);
  if (name === 'id') return ID_TYPES.includes(column.typeName);
  return FAMILIES[family].includes(column.typeName);
}

/** True if the values can be converted. Auth.js stores times also as text: milliseconds since 1970. */
function says(ours: ColumnDefinition, column: ColumnFacts, idType: string | undefined): boolean {
  return fits(ours, column, idType) || (ours.family === 'time' && FAMILIES.string.includes(column.typeName));
}

function isComplete(adoption: Adoption): boolean {
  const { columns } = adoptedFacts(adoption);
  return (TABLES[adoption.table] ?? []).every(({ name, essential }) => !essential || columns.has(name));
}

function namingFindings(table: string, source: TableFacts): string[] {
  return (TABLES[table] ?? []).flatMap((definition) => {
    const variable = variableOf(table, definition);
    const named = process.env[variable ?? ''];
    if (!named || source.columns.has(named) || source.columns.has(definition.name)) return [];
    return [`${variable} names "${named}", which ${source.name} does not have. Correct the name.`];
  });
}
