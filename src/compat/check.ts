import { inspect } from 'node:util';
import { loadConfiguredFields, loadDatabaseConfig } from '../config/config.js';
import { readEnvironment } from '../config/environment.js';
import { withLocalDatabase } from '../local/local-database-url.js';
import { createMigratingDataSource } from '../migrating/migrating-data-source.js';
import { StartupFault } from '../errors/startup-fault.js';
import { checkCompatibility } from './compatibility.js';
import { describeCompatibility } from './report.js';

/** `npm run compat:check`, `-- --json` for programs. Exit code 0 when the database is compatible, else 1. */
async function main(): Promise<boolean> {
  const environment = withLocalDatabase(readEnvironment());
  const { directUrl } = loadDatabaseConfig(environment);
  const fields = loadConfiguredFields(environment);
  const dataSource = createMigratingDataSource(directUrl, fields);
  await dataSource.initialize();
  try {
    const result = await checkCompatibility(dataSource, directUrl, fields);
    const json = process.argv.includes('--json');
    process.stdout.write(`${json ? JSON.stringify(result, null, 2) : describeCompatibility(result)}\n`);
    return result.compatible;
  } finally {
    await dataSource.destroy();
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof StartupFault ? error.message : inspect(error)}\n`);
  process.exitCode = 1;
}
