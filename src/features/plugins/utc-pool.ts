import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, PoolClient } from 'pg';
import { writtenAsUtc } from '../../database/utc.js';

export type UtcPool = Pool;

/** The pool that the library's statements use instead of the primary's. */
export const otherPool = new AsyncLocalStorage<Pool>();

/**
 * The server's own pool, for the library. A `timestamp` column means UTC here, so times are written as text in UTC, whatever
 * the time zone of the process is.
 */
export function inUtc(pool: Pool): Pool {
  const borrowed = Object.create(pool) as Pool;
  borrowed.connect = (async () =>
    clientInUtc(await (otherPool.getStore() ?? pool).connect())) as Pool['connect'];
  // The server ends its pool itself.
  borrowed.end = () => Promise.resolve();
  return borrowed;
}

function clientInUtc(client: PoolClient): PoolClient {
  const borrowed = Object.create(client) as PoolClient;
  const query = client.query.bind(client) as (text: unknown, values?: unknown, ...more: unknown[]) => unknown;
  borrowed.query = ((text: unknown, values?: unknown, ...more: unknown[]) =>
    query(text, Array.isArray(values) ? writtenAsUtc(values) : values, ...more)) as PoolClient['query'];
  borrowed.release = (error) => client.release(error);
  return borrowed;
}
