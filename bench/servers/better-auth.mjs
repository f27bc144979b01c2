// The published Better Auth on Node's own HTTP server, as its guide starts it, with the field names of this schema mapped.
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { toNodeHandler } from 'better-auth/node';
import { optionsFrom } from './better-auth-options.mjs';

const handle = toNodeHandler(betterAuth(optionsFrom(process.env)));

createServer((request, response) => void handle(request, response)).listen(
  Number(process.env.PORT),
  '127.0.0.1',
);
