import { runCommand } from './command.js';
import { runTypeorm } from './typeorm-cli.js';

await runCommand({
  typed: 'npm run migration:show',
  about:
    'Lists the migrations and marks those that have run, like npx typeorm migration:show -d dist/ormconfig.js.',
  flags: {},
  exits: { 0: 'The list was printed.', 1: 'The database could not be read.' },
  run: () => runTypeorm('migration:show'),
});
