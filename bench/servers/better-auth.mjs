// Runs the published Better Auth on Node's HTTP server, as in its guide, with its fields mapped to Gatehouse's columns.
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { toNodeHandler } from 'better-auth/node';
import { optionsFrom } from './better-auth-options.mjs';

const handle = toNodeHandler(betterAuth(optionsFrom(process.env)));

createServer((request, response) => void handle(request, response)).listen(
  Number(process.env.PORT),
  '127.0.0.1',
);
