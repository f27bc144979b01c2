import type { DataSource, MigrationInterface } from 'typeorm';
import { configuredColumnsMigration } from '../../migrations/configured-columns.js';
import { MIGRATIONS } from '../../migrations/index.js';
import { pluginTablesMigration } from '../../migrations/plugin-tables.js';
import type { ConfiguredFields } from '../config/configured-fields.js';
import { carriedSecondFactors } from './second-factors.js';
import { inOneTransaction } from './in-one-transaction.js';
import { configuredColumns } from './configured-columns.js';
import { MIGRATIONS_TABLE } from './migrations-table.js';

export const NO_FIELDS: ConfiguredFields = {
  user: { additionalFields: [] },
  session: { additionalFields: [] },
};

/**
 * All migrations that a database needs. The last ones add the configured fields, the tables of plugins and second factors, if there are any.
 * TypeORM sorts them.
 */
export function expectedMigrations(fields: ConfiguredFields): (new () => MigrationInterface)[] {
  const configured = configuredColumnsMigration(configuredColumns(fields));
  const plugins = pluginTablesMigration(fields.plugins?.tables ?? []);
  const factors = carriedSecondFactors(fields);
  const extending = (fields.extensions ?? []).flatMap(({ migrations = [] }) => migrations);
  return [
    ...MIGRATIONS,
    ...(configured ? [configured] : []),
    ...(plugins ? [plugins] : []),
    ...(factors ? [factors] : []),
    ...extending.map(inOneTransaction),
  ];
}

/** Names of the migrations that have not run in this database. Only reads, and works with any data source. */
export async function pendingMigrations(
  dataSource: DataSource,
  fields: ConfiguredFields = NO_FIELDS,
): Promise<string[]> {
  const names = expectedMigrations(fields).map((migration) => migration.name);
  const [found] = await dataSource.query<{ found: boolean }[]>(
    `select to_regclass('${MIGRATIONS_TABLE}') is not null as found`,
  );
  if (!found?.found) return names;
  const rows = await dataSource.query<{ name: string }[]>(`select name from ${MIGRATIONS_TABLE}`);
  const executed = new Set(rows.map((row) => row.name));
  return names.filter((name) => !executed.has(name));
}
