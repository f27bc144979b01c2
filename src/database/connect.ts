import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityTarget, ObjectLiteral } from 'typeorm';
import type { DatabaseConfig } from '../config/database-config.js';
import { StartupFault } from '../errors/startup-fault.js';
import { unavailability } from '../errors/unavailable.js';
import { describeConnectionFault } from './connection-fault.js';
import { isRefusedByPooler } from './connection-pooler.js';
import { ServerDataSource } from './server-data-source.js';
import { Servers } from './servers.js';

export type Entities = readonly Extract<EntityTarget<ObjectLiteral>, new () => unknown>[];

/** Milliseconds between two tries to reach the database at the start. */
const PAUSE = 500;

/**
 * Opens the server's connection pool. Never runs migrations. Waits for a database that does not answer yet.
 * @param tell is called once with a sentence if the start has to wait.
 * @throws {StartupFault} with a one-sentence message if the database cannot be used, or not reached in time.
 */
export async function connect(
  config: DatabaseConfig,
  entities: Entities,
  tell: (sentence: string) => void = () => {},
): Promise<ServerDataSource> {
  const patience = config.limits.startTimeout;
  const end = Date.now() + patience * 1000;
  for (let waits = false; ; waits = true) {
    try {
      return await open(config, entities);
    } catch (error) {
      const sentence = describeConnectionFault(error, config.url);
      if (Date.now() >= end || unavailability(error) === undefined) throw new StartupFault(sentence);
      if (!waits) tell(`Waiting up to ${patience} s for the database. ${sentence}`);
      await sleep(PAUSE);
    }
  }
}

async function open(config: DatabaseConfig, entities: Entities): Promise<ServerDataSource> {
  try {
    return await dataSource(config, entities, true).initialize();
  } catch (error) {
    if (!isRefusedByPooler(error)) throw error;
    return dataSource(config, entities, false).initialize();
  }
}

function dataSource(
  { url, poolSize, limits }: DatabaseConfig,
  entities: Entities,
  limitsInDatabase: boolean,
): ServerDataSource {
  return new ServerDataSource({
    servers: new Servers(url, limits.connectTimeout * 1000),
    entities: [...entities],
    synchronize: false,
    migrationsRun: false,
    logging: false,
    poolSize,
    applicationName: 'gatehouse',
    // If an idle connection breaks, the pool opens a new one. Without this handler the error would end the process.
    poolErrorHandler: () => {},
    limits,
    limitsInDatabase,
  });
}
