import type { TestDatabase } from './database.js';

/**
 * Starts `work` while a transaction of the test's own holds what `statement` locks, and lets it go when so many
 * connections wait for it: then they are known to be at that point at once.
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
