import type { EntityTarget, ObjectLiteral } from 'typeorm';
import type { DatabaseConfig } from '../config/config.js';
import { StartupFault } from '../errors/startup-fault.js';
import { describeConnectionFault } from './connection-fault.js';
import { ObservedClient } from './observed-client.js';
import { ServerDataSource } from './server-data-source.js';

export type Entities = readonly Extract<EntityTarget<ObjectLiteral>, new () => unknown>[];

/**
 * Opens the server's connection pool. Never runs migrations.
 * @throws {StartupFault} with a one-sentence message if the database cannot be reached or used.
 */
export async function connect(config: DatabaseConfig, entities: Entities): Promise<ServerDataSource> {
  const dataSource = new ServerDataSource({
    url: config.url,
    entities: [...entities],
    synchronize: false,
    migrationsRun: false,
    logging: false,
    poolSize: config.poolSize,
    applicationName: 'gatehouse',
    connectTimeoutMS: 5000,
    // If an idle connection breaks, the pool opens a new one. Without this handler the error would end the process.
    poolErrorHandler: () => {},
    extra: { keepAlive: true, Client: ObservedClient },
  });
  try {
    return await dataSource.initialize();
  } catch (error) {
    throw new StartupFault(describeConnectionFault(error, config.url));
  }
}
