import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupFault } from '../errors/startup-fault.js';
import { planMigrations } from '../planning/plan-migrations.js';
import { configuredChanges, migrationClass } from '../planning/plugin-migration.js';
import { runCommand } from './command.js';
import { withDatabase } from './with-database.js';

await runCommand({
  typed: 'npm run plugins:migration',
  about:
    'Writes a migration class for TypeORM with the tables and columns that the plugins in PLUGINS need and this database does ' +
    'not have, for whoever keeps all migrations as files. migration:run adds them without it too.',
  flags: {},
  values: { out: 'The folder of the file; the default is the present one.' },
  exits: { 0: 'The file is written.', 1: 'Nothing is missing, or there is no plan.' },
  async run({ values }) {
    // A plan runs the migrations on a copy, so their progress would be about that copy.
    process.env['GATEHOUSE_QUIET'] = '1';
    const { changes, plugins } = await withDatabase(async ({ dataSource, fields, environment }) => {
      const plan = await planMigrations(dataSource, fields);
      if (!plan.feasible)
        throw new StartupFault('migration:run would stop. npm run migration:plan says why, and what to do.');
      return { changes: configuredChanges(plan), plugins: environment['PLUGINS'] ?? 'no plugin' };
    });
    if (changes.length === 0)
      throw new StartupFault(`This database has all tables and columns of ${plugins}.`);
    const timestamp = Date.now();
    const file = join(values['out'] ?? '.', `${timestamp}-AddTablesOfPlugins.ts`);
    await writeFile(file, migrationClass(changes, plugins, timestamp), { flag: 'wx' });
    process.stdout.write(`${file}: ${changes.length} statements\n`);
    return 0;
  },
});
