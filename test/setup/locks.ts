import type { TestDatabase } from './database.js';

/**
 * Runs `statement` in a transaction, starts `work`, and commits when `waiting` connections wait for the locks of the
 * statement. This brings several requests to the same point at the same time.
 */
export async function meetingAtLock<Result>(
  database: TestDatabase,
  { statement, values, waiting }: { statement: string; values?: unknown[]; waiting: number },
  work: () => Promise<Result>,
): Promise<Result> {
  const holder = await database.pool.connect();
  try {
    await holder.query('begin');
    await holder.query(statement, values);
    const result = work();
    const blocked = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await database.query(blocked)).length < waiting);
    await holder.query('commit');
    return await result;
  } finally {
    holder.release();
  }
}
