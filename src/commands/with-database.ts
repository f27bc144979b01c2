import { loadConfiguredFields, loadDatabaseConfig, type ConfiguredFields } from '../config/config.js';
import { readEnvironment, type Environment } from '../config/environment.js';
import { withLocalDatabase } from '../local/local-database-url.js';
import { createMigratingDataSource, type MigratingDataSource } from '../migrating/migrating-data-source.js';

/** The database that the operator means, past a connection pooler. */
export interface OperatorsDatabase {
  readonly dataSource: MigratingDataSource;
  readonly url: string;
  readonly fields: ConfiguredFields;
}

/** The environment and `.env`. Without a DATABASE_URL, the database that `npm start` serves in this folder. */
export function operatorsEnvironment(): Environment {
  return withLocalDatabase(readEnvironment());
}

/**
 * Connects to the database, works with it and disconnects.
 * @throws {StartupFault} when the settings are wrong or there is no connection.
 */
export async function withDatabase<Result>(
  work: (database: OperatorsDatabase) => Promise<Result>,
): Promise<Result> {
  const environment = operatorsEnvironment();
  const { directUrl: url } = loadDatabaseConfig(environment);
  const fields = loadConfiguredFields(environment);
  const dataSource = createMigratingDataSource(url, fields);
  await dataSource.initialize();
  try {
    return await work({ dataSource, url, fields });
  } finally {
    await dataSource.destroy();
  }
}
