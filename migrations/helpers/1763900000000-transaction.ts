import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { MigrationFault } from './1763900000000-fault.js';
import { say } from './1763900000000-progress.js';

const ATTEMPTS = 40;
const LONGEST_PAUSE = 10_000;
const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';

/**
 * A short transaction that gives way: a statement that waits a second for its lock (or the `lock_timeout` of the
 * session) is rolled back and tried again later, so that nobody queues behind it for longer. In UTC, because
 * `timestamp` becomes `timestamptz` without a rewrite only there.
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
      say(`${what}: another transaction is in the way, next attempt in ${Math.round(pause)} ms`);
      await sleep(pause);
    }
  }
}

async function once<Result>(queryRunner: QueryRunner, work: () => Promise<Result>): Promise<Result> {
  await queryRunner.startTransaction('READ COMMITTED');
  try {
    // What is written here is no application's write: the triggers that keep both worlds in step pass it over.
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

/** PostgreSQL's code for the error, if it comes from there. */
export function sqlState(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

function gaveUp(what: string): string {
  return (
    `${what}: the lock was not to be had in ${ATTEMPTS} attempts. Look for long transactions in pg_stat_activity ` +
    `(state "idle in transaction"), end them, and run the migrations again: they go on where they stopped.`
  );
}
