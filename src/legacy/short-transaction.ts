import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { sqlState } from '../database/sql-state.js';
import { StartupFault } from '../errors/startup-fault.js';

const ATTEMPTS = 40;
const LONGEST_PAUSE = 10_000;
const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';

/**
 * Runs a short transaction on tables that are in use. If a statement waits one second for a lock, the transaction is
 * rolled back and tried again later, because other statements queue behind a waiting one. The dual-write triggers ignore
 * what it writes.
 * @throws {StartupFault} if all 40 attempts met a lock.
 */
export async function inShortTransaction<Result>(
  queryRunner: QueryRunner,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(queryRunner, work);
    } catch (error) {
      if (![LOCK_NOT_AVAILABLE, DEADLOCK].includes(sqlState(error) ?? '')) throw error;
      if (attempt === ATTEMPTS) throw new StartupFault(gaveUp(what));
      await sleep(Math.min(LONGEST_PAUSE, 100 * 1.5 ** attempt) * (0.5 + Math.random() / 2));
    }
  }
}

async function once<Result>(queryRunner: QueryRunner, work: () => Promise<Result>): Promise<Result> {
  await queryRunner.startTransaction('READ COMMITTED');
  try {
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

function gaveUp(what: string): string {
  return (
    `Could not ${what}, because other transactions held a lock in each of ${ATTEMPTS} attempts. End them, then run the ` +
    `command again. To find them: select pid, query from pg_stat_activity where state = 'idle in transaction'`
  );
}
