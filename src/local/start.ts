import 'reflect-metadata';
import { randomToken } from '../crypto/random.js';
import { endInOneSentence } from '../errors/end-in-one-sentence.js';
import { serveLocally } from './local-server.js';

await endInOneSentence(async () => {
  const { config, databaseUrl } = await serveLocally('gatehouse');
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
});
