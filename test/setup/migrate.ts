import type { TestDatabase } from './database.js';
import { startProgram } from './program.js';

/** Runs `migration:run` on the database. The variables say which columns and tables the settings add. */
export async function migrate(database: TestDatabase, variables: Record<string, string>): Promise<void> {
  const migration = startProgram('../node_modules/typeorm/cli.js', {
    arguments: ['migration:run', '-d', 'dist/ormconfig.js'],
    environment: { DATABASE_URL: database.url, ...variables },
  });
  if ((await migration.ended()) !== 0) throw new Error(migration.output());
}
