import { DataSource, type EntityTarget, type ObjectLiteral } from 'typeorm';
import type { DatabaseConfig } from '../config/config.js';
import { StartupFault } from '../errors/startup-fault.js';
import { describeConnectionFault } from './connection-fault.js';

export type Entities = readonly Extract<EntityTarget<ObjectLiteral>, new () => unknown>[];

/**
 * The server's connection pool. It never migrates.
 * @throws {StartupFault} in one sentence when the database cannot be reached or used.
 */
export async function connect(config: DatabaseConfig, entities: Entities): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: config.url,
    entities: [...entities],
    synchronize: false,
    migrationsRun: false,
    logging: false,
    poolSize: config.poolSize,
    applicationName: 'gatehouse',
    connectTimeoutMS: 5000,
    // An idle connection that breaks is replaced by the pool; it is no reason to stop.
    poolErrorHandler: () => {},
    extra: { keepAlive: true },
  });
  try {
    return await dataSource.initialize();
  } catch (error) {
    throw new StartupFault(describeConnectionFault(error, config.url));
  }
}
