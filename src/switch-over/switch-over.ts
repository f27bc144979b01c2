import { inspect, parseArgs } from 'node:util';
import type { DataSource } from 'typeorm';
import { loadConfiguredFields, loadDatabaseConfig } from '../config/config.js';
import { readEnvironment } from '../config/environment.js';
import { StartupFault } from '../errors/startup-fault.js';
import { withLocalDatabase } from '../local/local-database-url.js';
import { createMigratingDataSource } from '../migrating/migrating-data-source.js';
import { catchUp } from './catch-up.js';
import { readSwitchOver } from './mode.js';
import { describeStatus, readStatus } from './report.js';
import { back, end, forward, type StepOptions } from './steps.js';

type Command = (dataSource: DataSource, options: StepOptions) => Promise<void>;

const COMMANDS: Readonly<Record<string, Command>> = {
  status: async () => {},
  forward,
  back,
  'catch-up': async (dataSource) => catchUp(dataSource, (await readSwitchOver(dataSource)).mode),
  end,
};

const USAGE = `npm run switch-over -- ${Object.keys(COMMANDS).join('|')} [--accept-conflicts] [--confirm] [--json]`;

/** `npm run switch-over`: shows the mode after what was asked. Exit code 1 when that was refused. */
async function main(): Promise<void> {
  const { command, json, ...options } = readArguments();
  const environment = withLocalDatabase(readEnvironment());
  const { directUrl } = loadDatabaseConfig(environment);
  const fields = loadConfiguredFields(environment);
  const dataSource = createMigratingDataSource(directUrl, fields);
  await dataSource.initialize();
  try {
    await command(dataSource, { ...options, fields });
    const status = await readStatus(dataSource);
    process.stdout.write(`${json ? JSON.stringify(status, null, 2) : describeStatus(status)}\n`);
  } finally {
    await dataSource.destroy();
  }
}

function readArguments() {
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({
    options: { 'accept-conflicts': flag, confirm: flag, json: flag },
    allowPositionals: true,
  });
  const [name = 'status', ...rest] = positionals;
  const command = COMMANDS[name];
  if (!command || rest.length > 0) throw new StartupFault(USAGE);
  const { json, confirm, 'accept-conflicts': acceptConflicts } = values;
  return { command, json, confirmed: confirm, acceptConflicts };
}

try {
  await main();
} catch (error) {
  const usage = error instanceof TypeError && 'code' in error ? USAGE : undefined;
  process.stderr.write(`${usage ?? (error instanceof StartupFault ? error.message : inspect(error))}\n`);
  process.exitCode = 1;
}
