import { runCommand } from './command.js';
import { runTypeorm } from './typeorm-cli.js';

await runCommand({
  typed: 'npm run migration:run',
  about:
    'Runs the pending migrations, like npx typeorm migration:run -d dist/ormconfig.js. If it is interrupted, run it again.',
  flags: {},
  exits: { 0: 'No migration is pending.', 1: 'The run was refused or stopped.' },
  run: () => runTypeorm('migration:run'),
});
