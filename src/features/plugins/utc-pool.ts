import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, PoolClient } from 'pg';
import { hostedCalls } from './hosted-call.js';
import { writtenAsUtc } from '../../database/utc.js';

export type UtcPool = Pool;

/** The pool that the library's statements use instead of the primary's. */
export const otherPool = new AsyncLocalStorage<Pool>();

const DESCRIBE = `select set_config('gatehouse.act', $1, true)`;

/**
 * The server's own pool, for the library. A `timestamp` column means UTC here, so times are written as text in UTC, whatever
 * the time zone of the process is. What the library changes is described for the audit trail.
 * @param actOf the setting `gatehouse.act`; undefined if nobody acts.
 */
export function inUtc(pool: Pool, actOf: () => string | undefined): Pool {
  const borrowed = Object.create(pool) as Pool;
  borrowed.connect = (async () =>
    clientInUtc(await (otherPool.getStore() ?? pool).connect(), actOf)) as Pool['connect'];
  // The server ends its pool itself.
  borrowed.end = () => Promise.resolve();
  return borrowed;
}

function clientInUtc(client: PoolClient, actOf: () => string | undefined): PoolClient {
  const borrowed = Object.create(client) as PoolClient;
  const query = client.query.bind(client) as (text: unknown, values?: unknown, ...more: unknown[]) => unknown;
  const inUtc = (text: unknown, values?: unknown, ...more: unknown[]) =>
    query(text, Array.isArray(values) ? writtenAsUtc(values) : values, ...more);
  const describe = (act: string) => query(DESCRIBE, [act]);
  let isOpen = false;
  /** A change outside of a transaction gets one, because the setting lasts until the end of its transaction. */
  const described = async (act: string, change: () => unknown) => {
    await query('begin');
    try {
      await describe(act);
      const result = await change();
      await query('commit');
      return result;
    } catch (error) {
      await query('rollback');
      throw error;
    }
  };
  borrowed.query = (async (text: unknown, ...more: unknown[]) => {
    const act = actOf();
    const [, word = ''] = /^\s*(\w+)/.exec(String(text)) ?? [];
    const call = hostedCalls.getStore();
    if (/^(commit|rollback)$/i.test(word)) {
      isOpen = false;
      if (call?.transaction === client) call.transaction = undefined;
    }
    if (act !== undefined && !isOpen && /^(insert|update|delete)$/i.test(word))
      return described(act, () => inUtc(text, ...more));
    const result = await inUtc(text, ...more);
    if (/^(begin|start)$/i.test(word)) {
      isOpen = true;
      if (call) call.transaction = client;
      if (act !== undefined) await describe(act);
    }
    return result;
  }) as PoolClient['query'];
  borrowed.release = (error) => client.release(error);
  return borrowed;
}
