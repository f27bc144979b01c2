import type { DataSource, EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { readCatalogue, type Catalogue, type ColumnFacts } from './catalogue.js';
import type { Finding } from '../migrating/finding.js';

const RERUN =
  'Run: npm run migration:run. If no migration is pending, somebody changed the table afterwards: undo that change.';
const TRIGGERS = [
  'gatehouse_users_email_verified',
  'gatehouse_accounts_expires_at',
  'gatehouse_sessions_updated',
  'gatehouse_sessions_deleted',
  'gatehouse_sessions_truncated',
  'gatehouse_users_updated',
  'gatehouse_users_deleted',
];
const STRINGS = ['text', 'varchar', 'bpchar', 'citext'];
const ID_TYPES = ['varchar', 'text', 'uuid', 'int4', 'int8'];

/** Types that a column may have, by the type in its entity. A legacy column keeps its own length. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  text: STRINGS,
  varchar: STRINGS,
  timestamptz: ['timestamptz'],
  boolean: ['bool'],
  integer: ['int4', 'int8'],
  bigint: ['int8', 'int4'],
};

export interface Structure {
  readonly findings: readonly Finding[];
  /** True if every table and column exists, so that the rows can be checked. */
  readonly complete: boolean;
}

/** Compares the tables with the entities: columns, types, nullability, defaults, keys, indexes, triggers. */
export async function checkStructure(dataSource: DataSource): Promise<Structure> {
  const entities = dataSource.entityMetadatas;
  const catalogue = await readCatalogue(
    dataSource,
    entities.map((entity) => entity.tablePath),
  );
  const problems = entities.flatMap((entity) => tableProblems(entity, catalogue));
  for (const trigger of TRIGGERS) {
    if (!catalogue.triggers.includes(trigger))
      problems.push(`The trigger ${trigger} is missing or disabled.`);
  }
  const present = new Set(catalogue.columns.map(({ table, name }) => `${table}.${name}`));
  return {
    findings: problems.map((message) => ({ level: 'error', area: 'structure', message, remedy: RERUN })),
    complete: entities.every(({ tableName, columns }) =>
      columns.every(({ databaseName }) => present.has(`${tableName}.${databaseName}`)),
    ),
  };
}

function tableProblems(entity: EntityMetadata, catalogue: Catalogue): string[] {
  const table = entity.tableName;
  const columns = new Map(
    catalogue.columns.filter((column) => column.table === table).map((c) => [c.name, c]),
  );
  if (columns.size === 0) return [`The table ${table} is missing.`];
  const known = new Set(entity.columns.map((column) => column.databaseName));
  const userIdType = catalogue.columns.find(({ table, name }) => table === 'users' && name === 'id')?.type;
  return [
    ...entity.columns.flatMap((column) =>
      columnProblems(column, columns.get(column.databaseName), userIdType),
    ),
    ...[...columns.values()]
      .filter(({ name, notNull, hasDefault }) => !known.has(name) && notNull && !hasDefault)
      .map(({ name }) => `${table}.${name} is NOT NULL and has no default, so Gatehouse cannot insert rows.`),
    ...keyProblems(entity, catalogue),
    ...indexProblems(entity, catalogue),
  ];
}

/** An adopted table keeps the type of its ids. */
function acceptedTypes(name: string, type: string): readonly string[] {
  return name.endsWith('.id') ? ID_TYPES : (TYPES[type] ?? []);
}

function columnProblems(column: ColumnMetadata, facts: ColumnFacts | undefined, userIdType = ''): string[] {
  const name = `${column.entityMetadata.tableName}.${column.databaseName}`;
  if (!facts) return [`The column ${name} is missing.`];
  const problems: string[] = [];
  if (column.databaseName === 'user_id') {
    if (facts.type !== userIdType) problems.push(`${name} is ${facts.type}, but users.id is ${userIdType}.`);
  } else {
    const accepted = acceptedTypes(name, String(column.type));
    if (!accepted.includes(facts.typeName))
      problems.push(`${name} is ${facts.type} instead of ${String(column.type)}.`);
  }
  if (!column.isNullable && !facts.notNull) problems.push(`${name} may be null, but must be NOT NULL.`);
  if (column.isNullable && facts.notNull && !facts.hasDefault)
    problems.push(`${name} is NOT NULL and has no default, but must allow null.`);
  if (column.default !== undefined && !facts.hasDefault) problems.push(`${name} has no default.`);
  return problems;
}

function keyProblems(entity: EntityMetadata, { indexes, foreignKeys }: Catalogue): string[] {
  const table = entity.tableName;
  const uniqueOn = (columns: readonly string[]) =>
    indexes.some(
      (index) =>
        index.table === table && index.unique && index.valid && index.columns.join() === columns.join(),
    );
  const unique = [
    ['id'],
    ...entity.uniques.map((key) => key.columns.map((column) => column.databaseName)),
    ...entity.indices
      .filter((index) => index.isUnique)
      .map((index) => index.columns.map((c) => c.databaseName)),
  ];
  const problems = unique
    .filter((columns) => !uniqueOn(columns))
    .map((columns) => `${table} has no valid unique index on (${columns.join(', ')}).`);
  for (const key of entity.foreignKeys) {
    const [column = ''] = key.columnNames;
    const found = foreignKeys.find(
      (facts) =>
        facts.table === table && facts.column === column && facts.references === key.referencedTablePath,
    );
    if (!found) problems.push(`${table}.${column} has no foreign key to ${key.referencedTablePath}.`);
    else if (!found.cascades)
      problems.push(`The foreign key of ${table}.${column} is not "on delete cascade".`);
    else if (!found.valid) problems.push(`The foreign key of ${table}.${column} is not validated.`);
  }
  return problems;
}

function indexProblems(entity: EntityMetadata, { indexes }: Catalogue): string[] {
  const present = indexes.filter((index) => index.table === entity.tableName);
  const missing = entity.indices
    .filter((index) => !index.isUnique && !present.some(({ name }) => name === index.name))
    .map((index) => `The index ${index.name} is missing.`);
  const invalid = present
    .filter((index) => !index.valid)
    .map(
      ({ name }) =>
        `The index ${name} is invalid, because its build was interrupted. Run: drop index concurrently ${name}`,
    );
  return [...missing, ...invalid];
}
