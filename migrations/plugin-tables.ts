import { createHash } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { takeBack, type MigrationClass } from './configured-columns.js';
import { needTable, quote, readTable } from './helpers/1763900000000-catalogue.js';
import { MigrationFault } from './helpers/1763900000000-fault.js';
import { ensureIndex } from './helpers/1763900000000-indexes.js';
import { physicalTable } from './helpers/1763900000000-moved-tables.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { recordUndo } from './helpers/1763900000000-undo-journal.js';
import { rightsOn } from './helpers/1763990000000-kept-view.js';
import { createFactorTriggers } from './helpers/1763909000000-factor-triggers.js';

export interface PluginColumn {
  /** The plugin's name of the column. */
  readonly field: string;
  readonly name: string;
  /** Type in the spelling of PostgreSQL's `format_type`. */
  readonly type: string;
  readonly notNull: boolean;
  readonly unique: boolean;
  readonly index: boolean;
  /** The column whose values this one contains, by default `id`, and what happens to the row if that other row is deleted. */
  readonly references?: { readonly table: string; readonly column?: string; readonly onDelete: string };
}

/** A table of a plugin. Every table also has the column `id`. */
export interface PluginTable {
  /** The plugin's name of the table. */
  readonly model: string;
  readonly name: string;
  readonly columns: readonly PluginColumn[];
  readonly indexes: readonly { readonly columns: readonly string[]; readonly unique: boolean }[];
}

/** Sorts directly after the migration of configured columns. */
const TIMESTAMP = '1763901300002';

/**
 * The migration that adds the tables of the plugins; undefined if they have none. Its name contains a digest of the tables, so
 * that a further plugin is a new migration, which adds only what is missing.
 */
export function pluginTablesMigration(tables: readonly PluginTable[]): MigrationClass | undefined {
  if (tables.length === 0) return undefined;
  const digest = createHash('sha256').update(JSON.stringify(tables)).digest('hex').slice(0, 8);
  return migrationNamed(`AddPluginTables${digest}${TIMESTAMP}`, tables);
}

/** The class of an applied migration, made from its name alone, because the plugin may have been switched off since. */
export function appliedPluginTables(name: string): MigrationClass | undefined {
  return /^AddPluginTables[0-9a-f]{8}\d{13}$/.test(name) ? migrationNamed(name, []) : undefined;
}

function migrationNamed(name: string, tables: readonly PluginTable[]): MigrationClass {
  const migration = class implements MigrationInterface {
    name = name;

    async up(queryRunner: QueryRunner): Promise<void> {
      for (const table of referencedFirst(tables)) {
        await addTable(queryRunner, name, table);
        await addIndexes(queryRunner, name, table);
      }
      await createFactorTriggers(queryRunner, name, tables);
    }

    async down(queryRunner: QueryRunner): Promise<void> {
      await takeBack(queryRunner, name);
    }
  };
  Object.defineProperty(migration, 'name', { value: name });
  return migration;
}

/** Puts each table behind those that its foreign keys name. */
function referencedFirst(tables: readonly PluginTable[]): PluginTable[] {
  const sorted: PluginTable[] = [];
  const add = (table: PluginTable, path: readonly string[]): void => {
    if (sorted.includes(table) || path.includes(table.name)) return;
    for (const { references } of table.columns) {
      const target = tables.find(({ name }) => name === references?.table);
      if (target) add(target, [...path, table.name]);
    }
    sorted.push(table);
  };
  for (const table of tables) add(table, []);
  return sorted;
}

async function addTable(queryRunner: QueryRunner, migration: string, table: PluginTable): Promise<void> {
  const { name, columns } = table;
  await inTransaction(queryRunner, `add table ${name}`, async () => {
    await takeOver(queryRunner, migration, table);
    const existing = await readTable(queryRunner, name);
    if (existing) return adopt(queryRunner, migration, table, existing.columns);
    const definitions = [await definitionOfId(queryRunner)];
    for (const column of columns) definitions.push(await definitionOf(queryRunner, column, column.notNull));
    await queryRunner.query(`create table ${quote(name)} (${definitions.join(', ')}, primary key (id))`);
    await recordUndo(queryRunner, {
      migration,
      kind: 'table',
      relation: name,
      statement: `drop table if exists ${quote(name)}`,
    });
  });
}

/**
 * Gives a table with the library's own names, such as `twoFactor` with `userId`, the names of this server. A view shows it under
 * the old ones, so that an application on the library goes on.
 */
async function takeOver(
  queryRunner: QueryRunner,
  migration: string,
  { model, name, columns }: PluginTable,
): Promise<void> {
  if (model === name || (await readTable(queryRunner, name))) return;
  const found = await readTable(queryRunner, model);
  const isOfLibrary = columns.every(({ field, notNull }) => !notNull || found?.columns.has(field));
  if (!found || found.kind !== 'r' || !found.columns.has('id') || !isOfLibrary) return;
  const renamed = columns.filter((column) => column.field !== column.name && found.columns.has(column.field));
  const ours = new Map(renamed.map((column) => [column.field, column.name]));
  const shown = [...found.columns.keys()].map((old) => `${quote(ours.get(old) ?? old)} as ${quote(old)}`);
  const [view, table] = [quote(model), quote(name)];
  const rename = (from: string, to: string) =>
    `alter table ${table} rename column ${quote(from)} to ${quote(to)}`;
  const rights = await rightsOn(queryRunner, view);
  const statements = [
    `alter table ${view} rename to ${table}`,
    ...renamed.map((column) => rename(column.field, column.name)),
    `create view ${view} as select ${shown.join(', ')} from ${table}`,
    ...rights.flatMap(({ privilege, column, grantee }) =>
      column === null ? [`grant ${privilege} on ${view} to ${grantee}`] : [],
    ),
  ];
  for (const statement of statements) await queryRunner.query(statement);
  await recordUndo(queryRunner, {
    migration,
    kind: 'statement',
    relation: name,
    statement: [
      `drop view if exists ${view}`,
      ...renamed.map((column) => rename(column.name, column.field)),
      `alter table ${table} rename to ${view}`,
    ].join('; '),
  });
}

/** A database of Better Auth already has the table. Its rows stay, and only missing columns are added. */
async function adopt(
  queryRunner: QueryRunner,
  migration: string,
  { name, columns }: PluginTable,
  existing: ReadonlyMap<string, unknown>,
): Promise<void> {
  const missing = columns.filter((column) => !existing.has(column.name));
  if (missing.length === 0) return;
  const required = missing.find(({ notNull }) => notNull);
  if (required && (await hasRows(queryRunner, name)))
    throw new MigrationFault(
      `The table ${name} exists and has rows, but no column ${required.name}, which the plugin needs. ` +
        `Add and fill the column, or give the plugin's table another name.`,
    );
  for (const column of missing) {
    const definition = await definitionOf(queryRunner, column, column.notNull);
    await queryRunner.query(`alter table ${quote(name)} add column ${definition}`);
    await recordUndo(queryRunner, {
      migration,
      kind: 'column',
      relation: name,
      name: column.name,
      statement: `alter table ${quote(name)} drop column if exists ${quote(column.name)}`,
    });
  }
}

async function hasRows(queryRunner: QueryRunner, table: string): Promise<boolean> {
  const rows = (await queryRunner.query(`select 1 from ${quote(table)} limit 1`)) as unknown[];
  return rows.length > 0;
}

/** As in the tables of the protocol: if `users.id` is not text, the database makes all ids. */
async function definitionOfId(queryRunner: QueryRunner): Promise<string> {
  const users = await needTable(queryRunner, 'users');
  const type = users.columns.get('id')?.typeName ?? 'varchar';
  const fallback = ['varchar', 'text'].includes(type)
    ? ''
    : ` default replace(gen_random_uuid()::text, '-', '')`;
  return `id varchar(255) not null${fallback}`;
}

async function definitionOf(
  queryRunner: QueryRunner,
  { name, type, references }: PluginColumn,
  notNull: boolean,
): Promise<string> {
  const required = notNull ? ' not null' : '';
  if (!references) return `${quote(name)} ${type}${required}`;
  // A legacy table may have its own name and columns, and a view ours. A foreign key needs the table.
  const target = await physicalTable(queryRunner, references.table);
  const key = target.columnOf(references.column ?? 'id');
  const columns = (await readTable(queryRunner, target.name, target.schema))?.columns;
  const keyType = columns?.get(key)?.type ?? type;
  return `${quote(name)} ${keyType}${required} references ${target.relation} (${quote(key)}) on delete ${references.onDelete}`;
}

async function addIndexes(
  queryRunner: QueryRunner,
  migration: string,
  { name, columns, indexes }: PluginTable,
): Promise<void> {
  const single = columns
    .filter(({ unique, index }) => unique || index)
    .map((column) => ({ columns: [column.name], unique: column.unique }));
  for (const index of [...single, ...indexes]) {
    const suffix = index.unique ? 'uidx' : 'idx';
    await ensureIndex(queryRunner, migration, {
      name: `${name}_${index.columns.join('_')}_${suffix}`.slice(0, 63),
      table: name,
      unique: index.unique,
      on: `(${index.columns.map(quote).join(', ')})`,
    });
  }
}
