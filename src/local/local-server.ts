import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '../assembly/load-config.js';
import type { Config } from '../config/config.js';
import { readEnvironment, type Environment } from '../config/environment.js';
import { createMigratingDataSource } from '../migrating/migrating-data-source.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { forgetLocalDatabase, rememberLocalDatabase } from './local-database-url.js';
import { localSecret } from './local-secret.js';
import { holdFolder } from './single-instance.js';

/** Holds the data of the embedded PostgreSQL, the generated secret and, while it runs, the URL for other commands. */
export const FOLDER = resolve('.data');

/** Starts the server with these settings. `leave` runs after it has stopped. */
export type Serve = (config: Config, leave?: () => Promise<void>) => Promise<NestFastifyApplication>;

export interface LocalServer {
  readonly app: NestFastifyApplication;
  readonly config: Config;
  /** Undefined if the operator set DATABASE_URL. */
  readonly databaseUrl: string | undefined;
}

/**
 * Serves on this machine without other installed software, and only to this machine unless the environment has HOST. If the environment has no secret, makes one. If it has no
 * database, starts the embedded PostgreSQL and migrates it. Does not migrate a database that the operator set.
 * @param prepare runs on the embedded database before the migrations
 * @throws {StartupFault} if the server cannot start
 */
export async function serveLocally(
  serve: Serve,
  database: string,
  prepare: (url: string) => Promise<void> = async () => {},
): Promise<LocalServer> {
  const environment = withHost(readEnvironment());
  if (environment['NODE_ENV'] === 'production' || environment['DATABASE_URL']) {
    const config = loadConfig(await withSecret(environment));
    return { app: await serve(config), config, databaseUrl: undefined };
  }
  await mkdir(FOLDER, { recursive: true });
  const complete = await withSecret(environment);
  // Check the settings first, because starting the database takes seconds.
  loadConfig({ ...complete, DATABASE_URL: 'postgresql://127.0.0.1/checked' });
  const lock = await holdFolder(FOLDER);
  const postgres = await startEmbeddedPostgres(FOLDER).catch(async (error: unknown) => {
    await lock.release();
    throw error;
  });
  const leave = async () => {
    await postgres.stop();
    await forgetLocalDatabase(FOLDER);
    await lock.release();
  };
  try {
    const databaseUrl = await postgres.database(database);
    await rememberLocalDatabase(FOLDER, databaseUrl);
    await prepare(databaseUrl);
    const config = loadConfig({ ...complete, DATABASE_URL: databaseUrl });
    await migrate(databaseUrl, config);
    const app = await serve(config, leave);
    postgres.leaveSignalsToServer();
    return { app, config, databaseUrl };
  } catch (error) {
    await leave();
    throw error;
  }
}

async function migrate(url: string, config: Config): Promise<void> {
  const dataSource = createMigratingDataSource(url, config);
  await dataSource.initialize();
  try {
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
}

const withHost = (environment: Environment): Environment =>
  environment['HOST'] ? environment : { ...environment, HOST: '127.0.0.1' };

async function withSecret(environment: Environment): Promise<Environment> {
  const { NODE_ENV, BETTER_AUTH_SECRET, BETTER_AUTH_SECRETS } = environment;
  if (NODE_ENV === 'production' || BETTER_AUTH_SECRET || BETTER_AUTH_SECRETS) return environment;
  await mkdir(FOLDER, { recursive: true });
  return { ...environment, BETTER_AUTH_SECRET: await localSecret(FOLDER, 'secret') };
}
