import type { ConfiguredFields } from '../config/configured-fields.js';
import { loadMigrationConfig } from '../config/migration-config.js';
import { readEnvironment, type Environment } from '../config/environment.js';
import { withLocalDatabase } from '../local/local-database-url.js';
import { tableClasses } from './table-classes.js';
import {
  createMigratingDataSource,
  handOverLegacyNames,
  type MigratingDataSource,
} from '../migrating/migrating-data-source.js';

export interface OperatorsDatabase {
  readonly dataSource: MigratingDataSource;
  /** Address of PostgreSQL itself: DATABASE_DIRECT_URL or DATABASE_URL. */
  readonly url: string;
  readonly fields: ConfiguredFields;
  /** AUDIT_RETENTION in months. */
  readonly auditRetention: number | undefined;
  readonly environment: Environment;
}

/** The environment and `.env`. If DATABASE_URL is not set, the database that `npm start` serves in this folder. */
export function operatorsEnvironment(): Environment {
  return withLocalDatabase(readEnvironment());
}

/**
 * Connects to the database, runs `work` and disconnects.
 * @param comparesTables true if `work` compares the classes of the tables with the database.
 * @throws {StartupFault} if the settings are wrong or PostgreSQL cannot be reached.
 */
export async function withDatabase<Result>(
  work: (database: OperatorsDatabase) => Promise<Result>,
  comparesTables = false,
): Promise<Result> {
  const environment = operatorsEnvironment();
  const { database, fields, auditRetention } = loadMigrationConfig(environment);
  const url = database.directUrl;
  handOverLegacyNames(environment);
  const entitiesWith = await tableClasses(environment, comparesTables);
  const dataSource = createMigratingDataSource(url, fields, entitiesWith?.(fields));
  await dataSource.initialize();
  try {
    return await work({ dataSource, url, fields, auditRetention, environment });
  } finally {
    await dataSource.destroy();
  }
}
