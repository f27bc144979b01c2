import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { say } from './1763900000000-progress.js';

/** Milliseconds. A session that waits less gets its lock when the running batch ends. */
const LONGEST_LOCK_WAIT = 200;
/**
 * Milliseconds that the backfill waits for such sessions at most, because they may wait for locks that are not its own.
 */
const PATIENCE = 10_000;
/** Bytes of WAL. */
const LARGEST_LAG = 64 * 2 ** 20;
const SHORTEST_PAUSE = 50;
const LONGEST_PAUSE = 1000;

/** Milliseconds. A session that finished a statement this recently counts as working, although it is idle right now. */
const LATELY = 50;

interface Load {
  /** Sessions of this database that have waited for a lock longer than `LONGEST_LOCK_WAIT`. */
  readonly waiting: number;
  /** WAL bytes that the slowest standby has not replayed; null if there is no standby or the role may not see it. */
  readonly lag: number | null;
  /** True if other sessions of this database are working. */
  readonly inUse: boolean;
}

/**
 * Called between two batches. Waits while a standby is far behind, and up to 10 seconds while other sessions wait for
 * locks. `update gatehouse.backfills set throttled = false` switches this off.
 * @returns true if other sessions work in this database, so that the next batch must be small.
 */
export async function giveWay(queryRunner: QueryRunner, backfill: string): Promise<boolean> {
  const began = performance.now();
  for (let pause = SHORTEST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
    const load = await readLoad(queryRunner, backfill);
    const reason = reasonToWait(load, performance.now() - began);
    if (!reason) return load.inUse;
    if (pause === SHORTEST_PAUSE) say(`${backfill}: waiting because ${reason}`);
    await sleep(pause);
  }
}

/** Ignores advisory locks, because applications use them for their own purposes and may wait for them all day. */
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
     from gatehouse.backfills where name = $1 and throttled`,
    [backfill],
  )) as Load[];
  return load ?? { waiting: 0, lag: null, inUse: false };
}

function reasonToWait({ waiting, lag }: Load, waited: number): string | undefined {
  if (lag !== null && lag > LARGEST_LAG) {
    return (
      `a standby is ${Math.round(lag / 2 ** 20)} MB behind. ` +
      `To go on without waiting: update gatehouse.backfills set throttled = false`
    );
  }
  if (waiting > 0 && waited < PATIENCE) return `other sessions wait for locks (${waiting})`;
  return undefined;
}

/** True if another session waits for a lock that this batch holds. */
export async function someoneWaits(queryRunner: QueryRunner): Promise<boolean> {
  const [found] = (await queryRunner.query(
    `select exists (
       select 1 from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))) as waits`,
  )) as { waits: boolean }[];
  return found?.waits ?? false;
}
