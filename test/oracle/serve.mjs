// Runs the published Better Auth on Node's HTTP server. options.mjs reads its settings from environment variables.
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { toNodeHandler } from 'better-auth/node';
import { optionsFrom } from './options.mjs';

const handle = toNodeHandler(betterAuth(await optionsFrom(process.env)));

const server = createServer((request, response) => void handle(request, response));

server.listen(Number(process.env.PORT), '127.0.0.1', () => process.stdout.write('listening on\n'));

// If one request fails in the adapter, the server must still answer the others.
process.on('unhandledRejection', (error) => process.stderr.write(`unhandled rejection: ${String(error)}\n`));
