import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { tableNamesIn } from './config/table-names.js';
import { asMissingRights, requireRights } from './database/require-rights.js';
import { requireTableNames } from './database/require-table-names.js';
import type { ServerDataSource } from './database/server-data-source.js';
import type { Config } from './config/config.js';
import { createApp } from './create-app.js';
import { stopOnSignal } from './health/stop-on-signal.js';
import { pendingMigrations } from './migrating/expected-migrations.js';
import { StartupFault } from './errors/startup-fault.js';
import { OperatorsServer } from './health/operators-server.js';
import { Logger } from './logging/logger.js';

/**
 * Runs the server until SIGTERM or SIGINT.
 * @param leave runs after the server has stopped.
 * @throws {StartupFault} if migrations are pending or ran with other names, the role has too few rights, the database cannot be used or the port is taken.
 */
export async function serve(config: Config, leave?: () => Promise<void>): Promise<NestFastifyApplication> {
  const app = await createApp(config).catch((error: unknown) => {
    throw asMissingRights(error);
  });
  try {
    const dataSource = app.get<ServerDataSource>(DataSource);
    await requireMigrated(dataSource, config);
    requireTableNames(dataSource.tables, tableNamesIn(config));
    await requireRights(dataSource, dataSource.tables);
    await listenForOperators(app, config);
    const { port, host } = config;
    await listening({ name: 'PORT', port, host }, () => app.listen(port, host));
  } catch (error) {
    await app.close();
    throw asMissingRights(error);
  }
  stopOnSignal(app, { patience: config.shutdownTimeout, ...(leave ? { leave } : {}) });
  const logger = app.get(Logger);
  for (const warning of config.warnings) logger.warn(warning);
  const apart =
    config.metrics.port === undefined ? '' : `, /metrics and /health on port ${config.metrics.port}`;
  logger.log(`listening on ${addressOf(app)}, public URL ${config.origin}${apart}`);
  return app;
}

/** Nest's own `getUrl` would say 127.0.0.1 for a server that listens on every address. */
function addressOf(app: NestFastifyApplication): string {
  const { address, port, family } = app.getHttpServer().address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function requireMigrated(dataSource: DataSource, config: Config): Promise<void> {
  const pending = await pendingMigrations(dataSource, config);
  if (pending.length === 0) return;
  const count = pending.length === 1 ? '1 migration has' : `${pending.length} migrations have`;
  throw new StartupFault(
    `The database is not ready: ${count} not run yet, first ${pending[0]}. Run: npm run migration:run`,
  );
}

async function listenForOperators(
  app: NestFastifyApplication,
  { metrics: { port }, host }: Config,
): Promise<void> {
  if (port === undefined) return;
  const server = app.get(OperatorsServer);
  await listening({ name: 'METRICS_PORT', port, host }, () => server.listen(port, host));
}

interface Address {
  /** The variable that sets the port. */
  readonly name: string;
  readonly port: number;
  readonly host: string;
}

async function listening({ name, port, host }: Address, listen: () => Promise<unknown>): Promise<void> {
  try {
    await listen();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EADDRINUSE') {
      throw new StartupFault(
        `Port ${port} is in use by another program. Stop that program, or set ${name} to a free port.`,
      );
    }
    if (code === 'EACCES')
      throw new StartupFault(`This user may not listen on port ${port}. Set ${name} to a port above 1023.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartupFault(
        `This machine does not have the address ${host}. Set HOST to one of its addresses, or to 0.0.0.0.`,
      );
    }
    throw error;
  }
}
