import 'reflect-metadata';
import { readEnvironment } from '../config/environment.js';
import { StartupFault } from '../errors/startup-fault.js';
import { serveLocally } from '../local/local-server.js';
import { SAMPLE_PASSWORD, SAMPLE_PEOPLE, loadSampleLegacyDatabase } from '../local/sample-legacy-database.js';
import { serve } from '../serve.js';
import { runCommand } from './command.js';

const USERS = 20_000;

await runCommand({
  typed: 'npm run demo',
  about: `Loads a legacy database with ${USERS} users into an embedded PostgreSQL, migrates it and serves it.`,
  flags: {},
  exits: { 0: 'Ctrl-C or SIGTERM stopped it.', 1: 'The demo could not start.' },
  async run() {
    if (readEnvironment()['DATABASE_URL']) {
      throw new StartupFault(
        'The demo uses its own database, but DATABASE_URL is set. Remove it from the environment and from .env.',
      );
    }
    const { config } = await serveLocally(serve, 'gatehouse_demo', async (url) => {
      process.stdout.write(`Loading a legacy users table with ${USERS} users, then migrating it.\n\n`);
      await loadSampleLegacyDatabase(url, USERS);
    });
    const people = SAMPLE_PEOPLE.map(({ email, about }) => `  ${email.padEnd(22)} ${about}`);
    process.stdout.write(`
The legacy users are served at ${config.origin}/api/auth. The password of each is "${SAMPLE_PASSWORD}":

${people.join('\n')}

Sign one of them in:

  curl -s ${config.origin}/api/auth/sign-in/email -H 'content-type: application/json' \\
    -d '{"email":"grace@example.com","password":"${SAMPLE_PASSWORD}"}'

Look at the result, or undo it:

  npm run compat:check
  npm run migration:revert

Ctrl-C stops it.
`);
    return undefined;
  },
});
