import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { warnIfStale } from './src/commands/stale-build.js';
import { tableClasses } from './src/commands/table-classes.js';
import { readEnvironment } from './src/config/environment.js';
import { withLocalDatabase } from './src/local/local-database-url.js';
import {
  faultyDataSource,
  migratingDataSourceFrom,
  type MigratingDataSource,
} from './src/migrating/migrating-data-source.js';

/** The `.env` beside package.json counts from whatever folder the TypeORM CLI was called. */
const beside = [import.meta.dirname, join(import.meta.dirname, '..')]
  .filter((folder) => existsSync(join(folder, 'package.json')))
  .map((folder) => join(folder, '.env'));

/** Never throws, because the TypeORM CLI prints such errors with a stack trace. `initialize` throws the fault instead. */
async function dataSource(): Promise<MigratingDataSource> {
  try {
    await warnIfStale();
    const environment = withLocalDatabase(readEnvironment(existsSync('.env') ? '.env' : beside[0]));
    const comparesTables = process.argv.some((word) => /^(schema:|migration:generate$)/.test(word));
    return migratingDataSourceFrom(environment, await tableClasses(environment, comparesTables));
  } catch (error) {
    return faultyDataSource(error);
  }
}

/** For the TypeORM CLI: `typeorm migration:run -d dist/ormconfig.js`. */
export default await dataSource();
