import { createHash } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { quote, readTable } from './helpers/1763900000000-catalogue.js';
import { MigrationFault } from './helpers/1763900000000-fault.js';
import { ensureIndex } from './helpers/1763900000000-indexes.js';
import { concurrently } from './helpers/1763900000000-build-index.js';
import { physicalTable } from './helpers/1763900000000-moved-tables.js';
import { tableName } from './helpers/1763900000000-tables.js';
import { showUnderOurNames } from './helpers/1763901280000-named-view.js';
import { hideColumn, showColumns } from './helpers/1763990000000-kept-view.js';
import { inTransaction } from './helpers/1763900000000-transaction.js';
import { addedColumns, recordUndo } from './helpers/1763900000000-undo-journal.js';

/** A column that the configuration adds to the columns every installation has. */
export interface ConfiguredColumn {
  readonly table: 'users' | 'sessions';
  readonly name: string;
  /** Type in the spelling of PostgreSQL's `format_type`. */
  readonly type: string;
  readonly notNull: boolean;
  /** SQL of a constant; undefined if the column has no default. */
  readonly fallback: string | undefined;
  readonly unique: boolean;
  readonly index: boolean;
  /** Set if a column of that name in a legacy table may mean something else. */
  readonly adoption?: {
    /** The variable that names the column, and so says what it means. */
    readonly variable: string;
    /** True if the column fits without that variable when all its values are in lower case. */
    readonly lowerCase?: boolean;
  };
  /** The library's own name of the column, and the variable that keeps it. */
  readonly published?: { readonly name: string; readonly variable: string };
}

/** Sorts directly after ValidateMigration. */
const TIMESTAMP = '1763901300001';

export type MigrationClass = new () => MigrationInterface;

/**
 * The migration that adds the configured columns; undefined if none are configured. Its name contains a digest of the
 * columns, so that a changed configuration is a new migration, which adds only the missing columns.
 */
export function configuredColumnsMigration(columns: readonly ConfiguredColumn[]): MigrationClass | undefined {
  if (columns.length === 0) return undefined;
  const digest = createHash('sha256')
    .update(JSON.stringify(columns, withoutPublished))
    .digest('hex')
    .slice(0, 8);
  return migrationNamed(`AddConfiguredColumns${digest}${TIMESTAMP}`, columns);
}

/** The name of the migration does not depend on what only a message needs. */
const withoutPublished = (key: string, value: unknown): unknown => (key === 'published' ? undefined : value);

/**
 * The class of an applied migration that added configured columns, made from its name alone, because the setting may have
 * been removed since. Reverting needs no setting: the undo journal contains the statements. Undefined for any other name.
 */
export function appliedColumnsMigration(name: string): MigrationClass | undefined {
  return /^AddConfiguredColumns[0-9a-f]{8}\d{13}$/.test(name) ? migrationNamed(name, []) : undefined;
}

function migrationNamed(name: string, columns: readonly ConfiguredColumn[]): MigrationClass {
  const migration = class implements MigrationInterface {
    name = name;

    async up(queryRunner: QueryRunner): Promise<void> {
      await requireOwnNames(queryRunner, columns);
      for (const column of columns) await requireMeaning(queryRunner, column);
      for (const column of columns) await addColumn(queryRunner, name, column);
      for (const table of new Set(columns.map((column) => column.table))) {
        const added = columns.filter((column) => column.table === table).map((column) => column.name);
        await showUnderOurNames(queryRunner, name, table, added);
        await showColumns(queryRunner, table, added);
      }
    }

    async down(queryRunner: QueryRunner): Promise<void> {
      await takeBack(queryRunner, name);
    }
  };
  Object.defineProperty(migration, 'name', { value: name });
  return migration;
}

async function addColumn(
  queryRunner: QueryRunner,
  migration: string,
  column: ConfiguredColumn,
): Promise<void> {
  const { table, name, type, fallback } = column;
  const physical = await physicalTable(queryRunner, table);
  const [target, quoted] = [physical.relation, quote(name)];
  await inTransaction(queryRunner, `add ${table}.${name}`, async () => {
    const facts = await readTable(queryRunner, physical.name, physical.schema);
    const existing = facts?.columns.get(name);
    if (existing) return requireType(existing.type, column);
    if (column.notNull && fallback === undefined) await requireEmpty(queryRunner, column);
    const constraint = `${column.notNull ? ' not null' : ''}${fallback === undefined ? '' : ` default ${fallback}`}`;
    // PostgreSQL keeps a constant default for existing rows in its catalogue, so it rewrites no row.
    await queryRunner.query(`alter table ${target} add column ${quoted} ${type}${constraint}`);
    await recordUndo(queryRunner, {
      migration,
      kind: 'column',
      relation: table,
      name,
      statement: `alter table ${target} drop column if exists ${quoted}`,
    });
  });
  if (!column.unique && !column.index) return;
  const suffix = column.unique ? 'uidx' : 'idx';
  await ensureIndex(queryRunner, migration, {
    name: `${tableName(table)}_${name}_${suffix}`.slice(0, 63),
    schema: physical.schema,
    table: physical.name,
    unique: column.unique,
    on: `(${quoted})`,
  });
}

/**
 * Stops before anything is changed if a database of Better Auth has columns of plugins under their own names, because an empty
 * column beside them would lose their values.
 */
async function requireOwnNames(
  queryRunner: QueryRunner,
  columns: readonly ConfiguredColumn[],
): Promise<void> {
  const kept: string[] = [];
  for (const { table, name, published } of columns) {
    if (!published || published.name === name) continue;
    const physical = await physicalTable(queryRunner, table);
    const facts = await readTable(queryRunner, physical.name, physical.schema);
    if (facts?.columns.has(published.name) && !facts.columns.has(name))
      kept.push(`${published.variable}=${published.name}`);
  }
  if (kept.length > 0)
    throw new MigrationFault(
      `This database has columns of Better Auth's plugins under their own names. Keep them: ${kept.join(' ')}`,
    );
}

/** Stops before anything is changed if a legacy column has the name of a column that means something else. */
async function requireMeaning(
  queryRunner: QueryRunner,
  { table, name, adoption }: ConfiguredColumn,
): Promise<void> {
  const physical = await physicalTable(queryRunner, table);
  const facts = await readTable(queryRunner, physical.name, physical.schema);
  if (!adoption || !facts?.columns.has(name) || (await addedColumns(queryRunner, table)).has(name)) return;
  const [target, quoted] = [physical.relation, quote(name)];
  const remedy = `If it is the column of the plugin, set ${adoption.variable}=${name}. Otherwise name another column, such as ${adoption.variable}=auth_${name}.`;
  if (!adoption.lowerCase)
    throw new MigrationFault(
      `${table}.${name} exists already, and the plugin would give rights by its values. ${remedy}`,
    );
  const [found] = (await queryRunner.query(
    `select count(*)::integer as count from ${target} where ${quoted}::text <> lower(${quoted}::text)`,
  )) as { count: number }[];
  if (found && found.count > 0)
    throw new MigrationFault(
      `${table}.${name} has ${found.count} values with capital letters, but the plugin looks for lower case. ` +
        `Name another column, such as ${adoption.variable}=auth_${name}.`,
    );
}

function requireType(found: string, { table, name, type }: ConfiguredColumn): void {
  const family = (of: string) => of.replace(/\(.*\)/, '').replace(/^character varying$/, 'text');
  if (family(found) === family(type)) return;
  throw new MigrationFault(
    `${table}.${name} is ${found}, but the configured field of that name needs ${type}. ` +
      `Give the field another fieldName, or correct its type.`,
  );
}

async function requireEmpty(queryRunner: QueryRunner, { table, name }: ConfiguredColumn): Promise<void> {
  const rows = (await queryRunner.query(`select 1 from ${quote(tableName(table))} limit 1`)) as unknown[];
  if (rows.length === 0) return;
  throw new MigrationFault(
    `The configured field ${table}.${name} is required and has no default, but ${table} already has rows. ` +
      `Give the field a defaultValue, or set "required": false.`,
  );
}

/** Undoes only this migration, because a migration with a later timestamp may have run before it. */
export async function takeBack(queryRunner: QueryRunner, migration: string): Promise<void> {
  const changes = (await queryRunner.query(
    'select id, kind, relation, name, statement from gatehouse.undo where migration = $1 order by id desc',
    [migration],
  )) as { id: string; kind: string; relation: string; name: string; statement: string }[];
  for (const { id, kind, relation, name, statement } of changes) {
    if (kind === 'concurrently') await concurrently(queryRunner, statement);
    else
      await inTransaction(queryRunner, statement, async () => {
        if (kind === 'column') await hideColumn(queryRunner, relation, name);
        await queryRunner.query(statement);
      });
    await queryRunner.query('delete from gatehouse.undo where id = $1', [id]);
  }
}
