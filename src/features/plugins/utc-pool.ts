import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { isRefusedByDatabase } from './faults-of-values.js';
import { hostedCalls } from './hosted-call.js';
import { writtenAsUtc } from '../../database/utc.js';
import type { RequestTransaction } from './request-transaction.js';

export type UtcPool = Pool;

/** The pool that the library's statements use instead of the primary's. */
export const otherPool = new AsyncLocalStorage<Pool>();

const DESCRIBE = `select set_config('gatehouse.act', $1, true)`;

/** What the library's statements need to know about the request that they belong to. */
export interface StatementContext {
  /** The setting `gatehouse.act`; undefined if nobody acts. */
  readonly actOf: () => string | undefined;
  /** The transaction of the request; undefined if each of its statements is committed by itself. */
  readonly transactionOf: () => RequestTransaction | undefined;
}

/**
 * The server's own pool, for the library. A `timestamp` column means UTC here, so times are written as text in UTC, whatever
 * the time zone of the process is. What the library changes is described for the audit trail.
 */
export function inUtc(pool: Pool, context: StatementContext): Pool {
  const borrowed = Object.create(pool) as Pool;
  const connect = async () => clientInUtc(await (otherPool.getStore() ?? pool).connect(), context.actOf);
  borrowed.connect = (() => {
    const transaction = context.transactionOf();
    return (
      transaction && !transaction.isEnded ? Promise.resolve(clientWithin(transaction, connect)) : connect()
    ).then(notingRefusals);
  }) as Pool['connect'];
  // The server ends its pool itself.
  borrowed.end = () => Promise.resolve();
  return borrowed;
}

/** A plugin may catch the error of a statement and answer 500 itself. */
function notingRefusals(client: PoolClient): PoolClient {
  const query = client.query.bind(client) as (...given: unknown[]) => Promise<QueryResult>;
  client.query = ((...given: unknown[]) =>
    query(...given).catch((error: unknown) => {
      const call = hostedCalls.getStore();
      if (call && isRefusedByDatabase(error)) call.isRefused = true;
      throw error;
    })) as PoolClient['query'];
  return client;
}

const firstWord = (text: unknown) => /^\s*(\w+)/.exec(String(text))?.[1]?.toLowerCase() ?? '';

/** A client for the library that sends everything from the first change on to the transaction of the request. */
function clientWithin(transaction: RequestTransaction, connect: () => Promise<PoolClient>): PoolClient {
  const query = async (text: string, values: unknown[] = []): Promise<QueryResult> => {
    const word = firstWord(text);
    if (word === 'begin' || word === 'start') return transaction.control('savepoint part');
    if (word === 'commit') return transaction.control('release savepoint part');
    if (word === 'rollback') return transaction.control('rollback to savepoint part');
    if (word === 'select' && !transaction.isOpen) return queryAlone(await connect(), text, values);
    return transaction.run((client) => client.query(text, writtenAsUtc(values)));
  };
  // The library's driver calls these two only.
  return { query, release: () => undefined } as unknown as PoolClient;
}

async function queryAlone(client: PoolClient, text: string, values: unknown[]): Promise<QueryResult> {
  try {
    return await client.query(text, values);
  } finally {
    client.release();
  }
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
    const word = firstWord(text);
    const call = hostedCalls.getStore();
    if (/^(commit|rollback)$/.test(word)) {
      isOpen = false;
      if (call?.ownTransaction === client) call.ownTransaction = undefined;
    }
    if (act !== undefined && !isOpen && /^(insert|update|delete)$/.test(word))
      return described(act, () => inUtc(text, ...more));
    const result = await inUtc(text, ...more);
    if (/^(begin|start)$/.test(word)) {
      isOpen = true;
      if (call) call.ownTransaction = client;
      if (act !== undefined) await describe(act);
    }
    return result;
  }) as PoolClient['query'];
  borrowed.release = (error) => client.release(error);
  return borrowed;
}
