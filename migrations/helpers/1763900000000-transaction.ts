import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { MigrationFault } from './1763900000000-fault.js';
import { refusePlanted } from './1763900000000-planted.js';
import { say } from './1763900000000-progress.js';

const ATTEMPTS = 40;
const LONGEST_PAUSE = 10_000;
const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';

/**
 * Runs `work` in a short transaction. If a statement waits longer than 1 second for a lock (or the session's
 * `lock_timeout`), rolls back and tries again later, so that other sessions do not queue behind it. Sets the time zone
 * to UTC, because a `timestamp` column means UTC here, and PostgreSQL converts it by the session's time zone.
 */
export async function inTransaction<Result>(
  queryRunner: QueryRunner,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(queryRunner, work);
    } catch (error) {
      if (!isContention(error)) throw error;
      if (attempt === ATTEMPTS) throw new MigrationFault(gaveUp(what));
      const pause = Math.min(LONGEST_PAUSE, 100 * 1.5 ** attempt) * (0.5 + Math.random() / 2);
      say(`${what}: another transaction holds a lock, next attempt in ${Math.round(pause)} ms`);
      await sleep(pause);
    }
  }
}

async function once<Result>(queryRunner: QueryRunner, work: () => Promise<Result>): Promise<Result> {
  await queryRunner.startTransaction('READ COMMITTED');
  try {
    // In each transaction, because somebody may plant something while the migrations run.
    await refusePlanted(queryRunner);
    // `gatehouse.dual_write` makes the dual-write triggers ignore this transaction, because no application wrote it.
    await queryRunner.query(`set local timezone to 'UTC'; set local gatehouse.dual_write to 'on'`);
    await queryRunner.query(
      `select set_config('lock_timeout', '1s', true) where current_setting('lock_timeout') = '0'`,
    );
    const result = await work();
    await queryRunner.commitTransaction();
    return result;
  } catch (error) {
    await queryRunner.rollbackTransaction().catch(() => {});
    throw error;
  }
}

function isContention(error: unknown): boolean {
  return [LOCK_NOT_AVAILABLE, DEADLOCK].includes(sqlState(error) ?? '');
}

/** SQLSTATE of a PostgreSQL error; undefined for other errors. */
export function sqlState(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

function gaveUp(what: string): string {
  return (
    `${what}: other transactions held the lock in all ${ATTEMPTS} attempts. Find long transactions in pg_stat_activity ` +
    `(state "idle in transaction"), end them, then run again: npm run migration:run continues where it stopped.`
  );
}
