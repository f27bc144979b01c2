import { inspect } from 'node:util';
import { StartupFault } from '../errors/startup-fault.js';
import { loadConfiguredFields, loadDatabaseConfig } from '../config/config.js';
import { readEnvironment } from '../config/environment.js';
import { withLocalDatabase } from '../local/local-database-url.js';
import { createMigratingDataSource, handOverLegacyNames } from '../migrating/migrating-data-source.js';
import { describePlan } from './describe-plan.js';
import { planMigrations } from './plan-migrations.js';

/** `npm run migration:plan`, `-- --json` for programs. Exit code 0 when `migration:run` would come to its end, else 1. */
async function main(): Promise<boolean> {
  const environment = withLocalDatabase(readEnvironment());
  handOverLegacyNames(environment);
  // The migrations are tried, and what they say of it is not for the operator.
  process.env['GATEHOUSE_QUIET'] = '1';
  delete process.env['GATEHOUSE_REPORT'];
  const { directUrl } = loadDatabaseConfig(environment);
  const fields = loadConfiguredFields(environment);
  const dataSource = createMigratingDataSource(directUrl, fields);
  await dataSource.initialize();
  try {
    const plan = await planMigrations(dataSource, fields);
    const json = process.argv.includes('--json');
    process.stdout.write(`${json ? JSON.stringify(plan, null, 2) : describePlan(plan)}\n`);
    return plan.feasible;
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
