import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartupFault } from '../errors/startup-fault.js';
import { describeConnectionFault } from '../database/connection-fault.js';
import { POOLED, isPooled } from '../database/connection-pooler.js';

/** Any number that nobody else uses in this database. */
const KEY = '7162013847190021';
const POLL = 250;

/** By which sessions of the holder are known to the next one. */
export const AT_WORK = 'gatehouse-migrations-at-work';

/** One runner at a time in one database. */
export const MigrationLock = {
  /**
   * Polls: a session that sleeps inside `pg_advisory_lock` holds a snapshot, and the holder's CREATE INDEX
   * CONCURRENTLY would wait for it for ever. The connection is its own, so the lock outlives every transaction.
   * @throws {StartupFault} where there is no connection, a pooler in between, or the lock is lost with its connection.
   */
  async hold<Result>(url: string, work: () => Promise<Result>): Promise<Result> {
    const client = lockClient(url);
    const lost = new Promise<never>((_resolve, reject) => {
      client.once('end', () => reject(new StartupFault(LOST)));
    });
    lost.catch(() => {});
    try {
      await client.connect();
    } catch (error) {
      throw new StartupFault(describeConnectionFault(error, url));
    }
    try {
      if (await isPooled(client, () => lockClient(url))) throw new StartupFault(POOLED);
      await acquire(client);
      await endPredecessors(client);
      return await Promise.race([work(), lost]);
    } finally {
      await client.end().catch(() => {});
    }
  },
};

const LOST =
  'The migrations stopped: the connection that holds their lock was lost. Run them again: they go on where they stopped.';

function lockClient(url: string): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'gatehouse-migrations-lock',
    keepAlive: true,
  });
  client.on('error', () => {});
  return client;
}

async function acquire(client: pg.Client): Promise<void> {
  for (let waited = 0; ; waited++) {
    const { rows } = await client.query<{ mine: boolean }>(`select pg_try_advisory_lock(${KEY}) as mine`);
    if (rows[0]?.mine) return;
    if (waited === 0) say('Another runner is at work on this database; waiting for it.');
    await sleep(POLL);
  }
}

/**
 * A runner that was killed leaves behind the statement it was at, which may still build an index; one that lost its lock
 * may still be at work. Whoever has the lock now ends both, or waits until they are gone.
 */
async function endPredecessors(client: pg.Client): Promise<void> {
  for (let waited = 0; ; waited++) {
    const { rows } = await client.query<{ pid: number }>(
      'select pid from pg_stat_activity where datname = current_database() and application_name = $1',
      [AT_WORK],
    );
    if (rows.length === 0) return;
    if (waited === 1) say('Waiting for the last statement of a runner that has gone.');
    const pids = rows.map(({ pid }) => pid);
    // Another role's session may not be ended by this one.
    await client
      .query('select pg_terminate_backend(pid) from unnest($1::integer[]) as pid', [pids])
      .catch(() => {});
    await sleep(POLL / 5);
  }
}

function say(line: string): void {
  if (!process.env['GATEHOUSE_QUIET']) process.stdout.write(`${line}\n`);
}
