import 'reflect-metadata';
import type { Config } from '../config/config.js';
import { randomToken } from '../crypto/random.js';
import { writeFirstSettings } from '../local/first-settings.js';
import { serveLocally } from '../local/local-server.js';
import { serve } from '../serve.js';
import { runCommand } from './command.js';

await runCommand({
  typed: 'npm start',
  about:
    'Serves on this machine. If DATABASE_URL is not set, starts an embedded PostgreSQL with its data in the folder .data. ' +
    'If there is no file .env, writes one with SECURITY_PROFILE=strict.',
  flags: {},
  exits: { 0: 'Ctrl-C or SIGTERM stopped it.', 1: 'The server could not start.' },
  async run() {
    const isNew = await writeFirstSettings();
    const { config, databaseUrl } = await serveLocally(serve, 'gatehouse');
    const email = `ada.${randomToken(6).toLowerCase()}@example.com`;
    process.stdout.write(`
Gatehouse serves Better Auth's protocol at ${config.origin}/api/auth
${isNew ? 'It wrote the file .env with SECURITY_PROFILE=strict, which turns on every protection.\n' : ''}${reach(config)}
${addresses(config, databaseUrl)}
Try it:

  curl -s ${config.origin}/api/auth/sign-up/email -H 'content-type: application/json' \\
    -d '{"name":"Ada Lovelace","email":"${email}","password":"correct horse battery"}'

Ctrl-C stops it.
`);
    return undefined;
  },
});

function reach({ host }: Config): string {
  if (host !== '127.0.0.1') return '';
  return 'Only programs on this machine can reach it. To open it to others: HOST=0.0.0.0\n';
}

function addresses({ origin, docs, metrics }: Config, databaseUrl: string | undefined): string {
  const health = metrics.port === undefined ? origin : `http://localhost:${metrics.port}`;
  return [
    ...(docs ? [`  Swagger UI   ${origin}/docs\n`] : []),
    `  health       ${health}/health/ready\n`,
    ...(databaseUrl ? [`  database     ${databaseUrl}\n`] : []),
  ].join('');
}
