import { duration } from '../migrating/migration-logger.js';
import { runCommand } from './command.js';
import { dataSourceOfTypeorm, runTypeorm } from './typeorm-cli.js';

await runCommand({
  typed: 'npm run migration:revert',
  about:
    'Takes back the last migration, like npx typeorm migration:revert -d dist/ormconfig.js. If it is interrupted, run it again.',
  flags: { all: 'Take back all migrations of Gatehouse, newest first.' },
  exits: { 0: 'The migration was taken back, or there was none.', 1: 'The command was refused or stopped.' },
  async run({ flags }) {
    if (!flags.all) return await runTypeorm('migration:revert');
    const began = performance.now();
    const dataSource = await dataSourceOfTypeorm();
    await dataSource.initialize();
    try {
      const count = await dataSource.undoAllMigrations();
      process.stdout.write(
        count === 0
          ? 'No migrations were found in the database. Nothing to revert!\n'
          : `Took back ${count} migrations in ${duration(performance.now() - began)}.\n`,
      );
      return 0;
    } finally {
      await dataSource.destroy();
    }
  },
});
