import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { StartupFault } from '../errors/startup-fault.js';
import { describeConnectionFault } from '../database/connection-fault.js';
import { POOLED, isPooled } from '../database/connection-pooler.js';
import { ServerClient, toOneOf } from '../database/server-client.js';
import type { Servers } from '../database/servers.js';

/** Key of the advisory lock: a random number, so that no other application uses the same one. */
const KEY = '7162013847190021';
/** Milliseconds between two attempts. */
const POLL = 250;

/** `application_name` of the session that migrates. The next holder of the lock finds sessions of earlier processes by it. */
export const AT_WORK = 'gatehouse-migrations-at-work';

/** Lets one process at a time migrate a database. */
export const MigrationLock = {
  /**
   * Polls for the lock. A session that waits inside `pg_advisory_lock` would hold a snapshot, and CREATE INDEX CONCURRENTLY
   * in the holder would wait for that snapshot forever. The lock has its own connection, so that it outlives transactions.
   * @throws {StartupFault} if PostgreSQL cannot be reached, if a pooler is in between, or if the connection is lost.
   */
  async hold<Result>(servers: Servers, work: () => Promise<Result>): Promise<Result> {
    const client = lockClient(servers);
    const lost = new Promise<never>((_resolve, reject) => {
      client.once('end', () => reject(new StartupFault(LOST)));
    });
    lost.catch(() => {});
    try {
      await client.connect();
    } catch (error) {
      throw new StartupFault(describeConnectionFault(error, servers.url));
    }
    try {
      await wait(client, servers);
      return await Promise.race([work(), lost]);
    } finally {
      await client.end().catch(() => {});
    }
  },
};

const LOST =
  'The migrations stopped, because the connection that holds their lock was lost. Run the command again. It continues where it stopped.';

const LOST_BEFORE =
  'The connection to PostgreSQL was lost while waiting for the lock of the migrations. Nothing was changed. Run the command again.';

/** Waits until the lock is ours and no earlier process is at work. */
async function wait(client: pg.Client, servers: Servers): Promise<void> {
  try {
    if (await isPooled(client, () => lockClient(servers))) throw new StartupFault(POOLED);
    await acquire(client);
    await endPredecessors(client);
  } catch (error) {
    if (error instanceof StartupFault) throw error;
    const { code = '' } = error as { code?: string };
    // Class 57 is an administrator who ends the session, class 08 a lost connection. The driver's own errors have no code.
    const lost = code === '' || /^(57P0[12]|08|ECONN|EPIPE)/.test(code);
    throw new StartupFault(lost ? LOST_BEFORE : describeConnectionFault(error, servers.url));
  }
}

function lockClient(servers: Servers): pg.Client {
  const client = new ServerClient({
    ...toOneOf(servers),
    application_name: 'gatehouse-migrations-lock',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => {});
  return client;
}

async function acquire(client: pg.Client): Promise<void> {
  for (let waited = 0; ; waited++) {
    const { rows } = await client.query<{ mine: boolean }>(`select pg_try_advisory_lock(${KEY}) as mine`);
    if (rows[0]?.mine) return;
    if (waited === 0) say('Another process is migrating this database. Waiting until it ends.');
    await sleep(POLL);
  }
}

/**
 * Ends sessions of earlier processes, or waits until they end. If a process was killed, PostgreSQL may still run its last
 * statement, such as the build of an index. If it lost its lock, it may still send statements.
 */
async function endPredecessors(client: pg.Client): Promise<void> {
  for (let waited = 0; ; waited++) {
    const { rows } = await client.query<{ pid: number }>(
      'select pid from pg_stat_activity where datname = current_database() and application_name = $1',
      [AT_WORK],
    );
    if (rows.length === 0) return;
    if (waited === 1)
      say(
        'An earlier process has ended, but PostgreSQL still runs its last statement. Waiting until that ends.',
      );
    const pids = rows.map(({ pid }) => pid);
    // Fails if the session belongs to another role.
    await client
      .query('select pg_terminate_backend(pid) from unnest($1::integer[]) as pid', [pids])
      .catch(() => {});
    await sleep(POLL / 5);
  }
}

function say(line: string): void {
  if (!process.env['GATEHOUSE_QUIET']) process.stdout.write(`${line}\n`);
}
