import 'reflect-metadata';
import { randomToken } from '../crypto/random.js';
import { serveLocally } from '../local/local-server.js';
import { serve } from '../serve.js';
import { runCommand } from './command.js';

await runCommand({
  typed: 'npm start',
  about:
    'Serves on this machine. If DATABASE_URL is not set, starts an embedded PostgreSQL with its data in the folder .data.',
  flags: {},
  exits: { 0: 'Ctrl-C or SIGTERM stopped it.', 1: 'The server could not start.' },
  async run() {
    const { config, databaseUrl } = await serveLocally(serve, 'gatehouse');
    const email = `ada.${randomToken(6).toLowerCase()}@example.com`;
    process.stdout.write(`
Gatehouse serves Better Auth's protocol at ${config.origin}/api/auth

  Swagger UI   ${config.origin}/docs
  health       ${config.origin}/health/ready
${databaseUrl ? `  database     ${databaseUrl}\n` : ''}
Try it:

  curl -s ${config.origin}/api/auth/sign-up/email -H 'content-type: application/json' \\
    -d '{"name":"Ada Lovelace","email":"${email}","password":"correct horse battery"}'

Ctrl-C stops it.
`);
    return undefined;
  },
});
