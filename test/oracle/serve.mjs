// The published Better Auth on Node's own HTTP server. Its settings come in environment variables; see options.mjs.
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { toNodeHandler } from 'better-auth/node';
import { optionsFrom } from './options.mjs';

const handle = toNodeHandler(betterAuth(optionsFrom(process.env)));

const server = createServer((request, response) => void handle(request, response));

server.listen(Number(process.env.PORT), '127.0.0.1', () => process.stdout.write('listening on\n'));

// A request that fails in the adapter must not take the others with it.
process.on('unhandledRejection', (error) => process.stderr.write(`unhandled rejection: ${String(error)}\n`));
