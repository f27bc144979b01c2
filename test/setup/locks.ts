import pg from 'pg';
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
  // Only a superuser sees what the sessions of all roles wait for.
  const observer = new pg.Client({ connectionString: database.superuserUrl });
  await observer.connect();
  try {
    await holder.query('begin');
    await holder.query(statement, values);
    const result = work();
    const blocked = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await observer.query(blocked)).rows.length < waiting);
    await holder.query('commit');
    return await result;
  } finally {
    await observer.end();
    holder.release();
  }
}
