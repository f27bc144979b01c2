import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MigratingDataSource } from '../migrating/migrating-data-source.js';

/** This file runs as `dist/src/commands/typeorm-cli.js`. */
const DATA_SOURCE = join(import.meta.dirname, '../../ormconfig.js');

/** Runs a command of the TypeORM CLI in this process, exactly like `npx typeorm <command> -d dist/ormconfig.js`. */
export async function runTypeorm(command: string): Promise<undefined> {
  const cli = createRequire(import.meta.url).resolve('typeorm/cli.js');
  process.argv = [process.execPath, cli, command, '-d', DATA_SOURCE];
  await import(pathToFileURL(cli).href);
  return undefined;
}

/** The data source that the TypeORM CLI uses. */
export async function dataSourceOfTypeorm(): Promise<MigratingDataSource> {
  const file = (await import(pathToFileURL(DATA_SOURCE).href)) as { default: MigratingDataSource };
  return file.default;
}
