import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { warnIfStale } from './src/commands/stale-build.js';
import { tableClasses } from './src/commands/table-classes.js';
import { readEnvironment } from './src/config/environment.js';
import { withLocalDatabase } from './src/local/local-database-url.js';
import { migratingDataSourceFrom } from './src/migrating/migrating-data-source.js';

/** The `.env` beside package.json counts from whatever folder the TypeORM CLI was called. */
const beside = [import.meta.dirname, join(import.meta.dirname, '..')]
  .filter((folder) => existsSync(join(folder, 'package.json')))
  .map((folder) => join(folder, '.env'));

await warnIfStale();

const environment = withLocalDatabase(readEnvironment(existsSync('.env') ? '.env' : beside[0]));
const comparesTables = process.argv.some((word) => /^(schema:|migration:generate$)/.test(word));

/** For the TypeORM CLI: `typeorm migration:run -d dist/ormconfig.js`. */
export default migratingDataSourceFrom(environment, await tableClasses(environment, comparesTables));
