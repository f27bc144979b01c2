import type { DataSource, EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { Tables } from '../database/tables.js';
import { readCatalogue, type Catalogue, type ColumnFacts, type IndexFacts } from './catalogue.js';
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
const ID_TYPES = ['varchar', 'text', 'bpchar', 'uuid', 'int2', 'int4', 'int8', 'numeric'];

/** Types that a column may have, by the type in its entity. A legacy column keeps its own length. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  text: STRINGS,
  varchar: STRINGS,
  // A legacy column keeps its type. Its times then mean UTC.
  timestamptz: ['timestamptz', 'timestamp'],
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
export async function checkStructure(dataSource: DataSource, tables: Tables): Promise<Structure> {
  const entities = dataSource.entityMetadatas;
  const catalogue = await readCatalogue(
    dataSource,
    tables,
    entities.map((entity) => entity.tablePath),
  );
  const database = { ...catalogue, tables, skipsMissingEmails: await skipsMissingEmails(dataSource) };
  const problems = entities.flatMap((entity) => tableProblems(entity, database));
  for (const trigger of TRIGGERS) {
    if (!catalogue.triggers.includes(trigger))
      problems.push(`The trigger ${trigger} is missing or disabled.`);
  }
  const present = new Set(catalogue.columns.map(({ table, name }) => `${table}.${name}`));
  return {
    findings: problems.map((message) => ({ level: 'error', area: 'structure', message, remedy: RERUN })),
    complete: entities.every(({ tableName, columns }) =>
      columns.every(({ databaseName }) =>
        present.has(`${tableName}.${tables.columnOf(tableName, databaseName)}`),
      ),
    ),
  };
}

interface Database extends Catalogue {
  readonly tables: Tables;
  /** True if users without an e-mail stay as they are. The column is then nullable, and its unique index leaves them out. */
  readonly skipsMissingEmails: boolean;
}

async function skipsMissingEmails(dataSource: DataSource): Promise<boolean> {
  const [table] = await dataSource.query<{ found: boolean }[]>(
    `select to_regclass('gatehouse.choices') is not null as found`,
  );
  if (!table?.found) return false;
  const chosen = await dataSource.query<unknown[]>(
    `select 1 from gatehouse.choices where variable = 'LEGACY_MISSING_EMAIL' and value = 'skip'`,
  );
  return chosen.length > 0;
}

function tableProblems(entity: EntityMetadata, database: Database): string[] {
  const table = entity.tableName;
  const { tables } = database;
  const columns = new Map(
    database.columns.filter((column) => column.table === table).map((c) => [c.name, c]),
  );
  if (columns.size === 0) return [`The table ${table} is missing.`];
  const known = new Set(entity.columns.map((column) => tables.columnOf(table, column.databaseName)));
  const userIdType = database.columns.find(
    (facts) => facts.table === 'users' && facts.name === tables.columnOf('users', 'id'),
  )?.type;
  return [
    ...entity.columns.flatMap((column) => {
      const name = tables.columnOf(table, column.databaseName);
      const mayBeNull =
        column.isNullable ||
        (database.skipsMissingEmails && table === 'users' && column.databaseName === 'email');
      return columnProblems(column, `${tables.nameOf(table)}.${name}`, columns.get(name), {
        userIdType,
        mayBeNull,
      });
    }),
    ...[...columns.values()]
      .filter(({ name, notNull, hasDefault }) => !known.has(name) && notNull && !hasDefault)
      .map(
        ({ name }) =>
          `${tables.nameOf(table)}.${name} is NOT NULL and has no default, so Gatehouse cannot insert rows.`,
      ),
    ...keyProblems(entity, database),
    ...indexProblems(entity, database),
    ...viewProblems(entity, database),
  ];
}

/** The server writes a renamed table through its view. */
function viewProblems({ tableName, columns }: EntityMetadata, { views }: Database): string[] {
  const view = views.find(({ table }) => table === tableName);
  if (!view) return [];
  return [
    ...columns
      .filter(({ databaseName }) => !view.columns.includes(databaseName))
      .map(({ databaseName }) => `The view gatehouse.${tableName} has no column ${databaseName}.`),
    ...(view.updatable ? [] : [`PostgreSQL cannot write through the view gatehouse.${tableName}.`]),
  ];
}

/** An adopted table keeps the type of its ids. */
function acceptedTypes({ databaseName, type }: ColumnMetadata): readonly string[] {
  return databaseName === 'id' ? ID_TYPES : (TYPES[String(type)] ?? []);
}

/** @param name of the column in this database, with its table */
function columnProblems(
  column: ColumnMetadata,
  name: string,
  facts: ColumnFacts | undefined,
  { userIdType = '', mayBeNull }: { readonly userIdType: string | undefined; readonly mayBeNull: boolean },
): string[] {
  if (!facts) return [`The column ${name} is missing.`];
  const problems: string[] = [];
  if (column.databaseName === 'user_id') {
    if (facts.type !== userIdType) problems.push(`${name} is ${facts.type}, but users.id is ${userIdType}.`);
  } else {
    if (!acceptedTypes(column).includes(facts.typeName))
      problems.push(`${name} is ${facts.type} instead of ${String(column.type)}.`);
  }
  if (!mayBeNull && !facts.notNull) problems.push(`${name} may be null, but must be NOT NULL.`);
  if (column.isNullable && facts.notNull && !facts.hasDefault)
    problems.push(`${name} is NOT NULL and has no default, but must allow null.`);
  if (column.default !== undefined && !facts.hasDefault) problems.push(`${name} has no default.`);
  return problems;
}

function keyProblems(entity: EntityMetadata, database: Database): string[] {
  const { indexes, foreignKeys, tables, skipsMissingEmails: skips } = database;
  const table = entity.tableName;
  const name = tables.nameOf(table);
  const leavesOut = (column: string) => skips && table === 'users' && column === 'email';
  const uniqueOn = (columns: readonly string[]) =>
    indexes.some(
      (index) =>
        index.table === table &&
        index.unique &&
        index.valid &&
        (!index.partial || leavesOut(columns.join())) &&
        index.columns.join() === columns.join(),
    );
  const unique = [
    [tables.columnOf(table, 'id')],
    ...entity.uniques.map((key) => key.columns.map((c) => tables.columnOf(table, c.databaseName))),
    ...entity.indices
      .filter((index) => index.isUnique)
      .map((index) => index.columns.map((c) => tables.columnOf(table, c.databaseName))),
  ];
  const problems = unique
    .filter((columns) => !uniqueOn(columns))
    .map((columns) => `${name} has no valid unique index on (${columns.join(', ')}).`);
  for (const key of entity.foreignKeys) {
    const column = tables.columnOf(table, key.columnNames[0] ?? '');
    const keys = foreignKeys.filter(
      (facts) =>
        facts.table === table && facts.column === column && facts.references === key.referencedTablePath,
    );
    // An adopted table may have a key of its own beside ours.
    const found = keys.find(({ cascades }) => cascades) ?? keys[0];
    if (!found)
      problems.push(`${name}.${column} has no foreign key to ${tables.nameOf(key.referencedTablePath)}.`);
    else if (!found.cascades)
      problems.push(`The foreign key of ${name}.${column} is not "on delete cascade".`);
    else if (!found.valid) problems.push(`The foreign key of ${name}.${column} is not validated.`);
  }
  return problems;
}

function indexProblems(entity: EntityMetadata, { indexes, tables }: Database): string[] {
  const present = indexes.filter((index) => index.table === entity.tableName);
  // A renamed table may have indexes with other names.
  const replaces = (facts: IndexFacts, columns: readonly string[]) =>
    facts.valid &&
    !facts.partial &&
    columns.length > 0 &&
    columns.every((column, index) => facts.columns[index] === column);
  const missing = entity.indices
    // The migrations number the name if another table has an index with it.
    .filter(
      (index) => !index.isUnique && !present.some(({ name }) => name.replace(/_\d+$/, '') === index.name),
    )
    .filter((index) => {
      const columns = index.columns.map((c) => tables.columnOf(entity.tableName, c.databaseName));
      return !present.some((facts) => replaces(facts, columns));
    })
    .map((index) => `The index ${index.name} is missing.`);
  const invalid = present
    .filter((index) => !index.valid)
    .map(
      ({ name }) =>
        `The index ${name} is invalid, because its build was interrupted. Run: drop index concurrently ${name}`,
    );
  return [...missing, ...invalid];
}
