import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import type { Config } from './config/config.js';
import { createApp } from './create-app.js';
import { pendingMigrations } from './migrating/expected-migrations.js';
import { StartupFault } from './errors/startup-fault.js';
import { Logger } from './logging/logger.js';

/**
 * Serves until SIGTERM or SIGINT, then lets requests under way finish.
 * @throws {StartupFault} when migrations are pending, the database cannot be used or the port is taken.
 */
export async function serve(config: Config): Promise<NestFastifyApplication> {
  const app = await createApp(config);
  try {
    await requireMigrated(app.get(DataSource), config);
    await listen(app, config);
  } catch (error) {
    await app.close();
    throw error;
  }
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  const logger = app.get(Logger);
  for (const warning of config.warnings) logger.warn(warning);
  logger.log(`listening on ${await app.getUrl()}, known as ${config.origin}`);
  return app;
}

async function requireMigrated(dataSource: DataSource, config: Config): Promise<void> {
  const pending = await pendingMigrations(dataSource, config);
  if (pending.length === 0) return;
  const count = pending.length === 1 ? 'one migration is' : `${pending.length} migrations are`;
  throw new StartupFault(
    `The database is not ready, ${count} pending (${pending[0]} first): run "npm run migration:run".`,
  );
}

async function listen(app: NestFastifyApplication, { port, host }: Config): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EADDRINUSE') {
      throw new StartupFault(`Port ${port} is in use: stop the other program, or set PORT to another one.`);
    }
    if (code === 'EACCES')
      throw new StartupFault(`Port ${port} is not allowed to this user: set PORT above 1023.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartupFault(`This machine has no address ${host}: correct HOST.`);
    }
    throw error;
  }
}
