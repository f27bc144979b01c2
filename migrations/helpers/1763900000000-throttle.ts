import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { say } from './1763900000000-progress.js';

/** In ms: who waits for less is served by the batch that ends. */
const LONGEST_LOCK_WAIT = 200;
/** Others may have locks to wait for that are no concern of ours, so these are given way to for so many ms. */
const PATIENCE = 10_000;
/** In bytes of WAL. */
const LARGEST_LAG = 64 * 2 ** 20;
const SHORTEST_PAUSE = 50;
const LONGEST_PAUSE = 1000;

/** In ms: a session that has ended a statement so lately is at work, though it may wait for its application just now. */
const LATELY = 50;

interface Load {
  /** Sessions of this database that have waited for a lock for longer than `LONGEST_LOCK_WAIT`. */
  readonly waiting: number;
  /** Bytes that the slowest standby has not replayed yet; null without one, or without the right to see it. */
  readonly lag: number | null;
  /** Other sessions of this database are at work. */
  readonly inUse: boolean;
}

/**
 * Between two batches: waits while a standby is far behind, and for a while where others wait for locks.
 * `update gatehouse_backfills set throttled = false` makes it heed nobody.
 * @returns whether others are at work in this database, so that the next batch has to be a gentle one.
 */
export async function giveWay(queryRunner: QueryRunner, backfill: string): Promise<boolean> {
  const began = performance.now();
  for (let pause = SHORTEST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
    const load = await readLoad(queryRunner, backfill);
    const reason = reasonToWait(load, performance.now() - began);
    if (!reason) return load.inUse;
    if (pause === SHORTEST_PAUSE) say(`${backfill}: waits, because ${reason}`);
    await sleep(pause);
  }
}

/** Advisory locks are an application's own affair, and some wait for them all day. */
async function readLoad(queryRunner: QueryRunner, backfill: string): Promise<Load> {
  const [load] = (await queryRunner.query(
    `select (select count(distinct l.pid)::integer from pg_locks l join pg_stat_activity a on a.pid = l.pid
             where not l.granted and l.locktype <> 'advisory' and l.pid <> pg_backend_pid()
               and l.waitstart < clock_timestamp() - interval '${LONGEST_LOCK_WAIT} ms'
               and a.datname = current_database()) as waiting,
            (select max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn))::double precision
             from pg_stat_replication) as lag,
            exists (select 1 from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
                      and application_name not like 'gatehouse-migrations%'
                      and (state = 'active' or state_change > clock_timestamp() - interval '${LATELY} ms')) as "inUse"
     from gatehouse_backfills where name = $1 and throttled`,
    [backfill],
  )) as Load[];
  return load ?? { waiting: 0, lag: null, inUse: false };
}

function reasonToWait({ waiting, lag }: Load, waited: number): string | undefined {
  if (lag !== null && lag > LARGEST_LAG) {
    return (
      `a standby is ${Math.round(lag / 2 ** 20)} MB behind ` +
      `(update gatehouse_backfills set throttled = false, and it is not waited for)`
    );
  }
  if (waiting > 0 && waited < PATIENCE) return `${waiting} sessions wait for locks`;
  return undefined;
}

/** Within a batch: another session waits for what it has locked. */
export async function someoneWaits(queryRunner: QueryRunner): Promise<boolean> {
  const [found] = (await queryRunner.query(
    `select exists (
       select 1 from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))) as waits`,
  )) as { waits: boolean }[];
  return found?.waits ?? false;
}
