// Prints the tables and columns that Better Auth's own migrations would add to the database.
import { getMigrations } from 'better-auth/db/migration';
import { optionsFrom } from './options.mjs';

const options = await optionsFrom(process.env);
const { toBeCreated, toBeAdded } = await getMigrations(options);
process.stdout.write(`plan: ${JSON.stringify({ toBeCreated, toBeAdded })}\n`);
await options.database.end();
