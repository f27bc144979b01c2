import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../config/environment.js';

const FILE = 'database-url';

/** Stores the URL for the other commands while the embedded PostgreSQL runs. */
export const rememberLocalDatabase = (folder: string, url: string) =>
  writeFile(join(folder, FILE), url, { mode: 0o600 });

export const forgetLocalDatabase = (folder: string) => rm(join(folder, FILE), { force: true });

/** If DATABASE_URL is not set, adds the URL of the database that `npm start` serves in this folder. Not in production. */
export function withLocalDatabase(environment: Environment, folder = '.data'): Environment {
  if (environment['DATABASE_URL'] || environment['NODE_ENV'] === 'production') return environment;
  try {
    return { ...environment, DATABASE_URL: readFileSync(join(folder, FILE), 'utf8') };
  } catch {
    return environment;
  }
}
