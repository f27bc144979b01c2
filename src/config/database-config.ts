import { serversIn } from './server-list.js';

/** Times are in seconds. */
export interface DatabaseLimits {
  /** Until a connection is established, or free in the pool. */
  readonly connectTimeout: number;
  readonly statementTimeout: number;
  readonly lockTimeout: number;
  readonly idleInTransactionTimeout: number;
  readonly connectionLifetime: number;
  /** Requests that may wait for a connection of the pool. */
  readonly poolQueue: number;
  /** That a start waits for a database that does not answer. */
  readonly startTimeout: number;
}

export interface DatabaseConfig {
  readonly url: string;
  /** Leads to PostgreSQL itself, past a connection pooler. Migrations, locks and LISTEN need it. */
  readonly directUrl: string;
  /** Undefined if DATABASE_REPLICA_URL is not set. `maxLag` is in seconds. */
  readonly replica?: { readonly url: string; readonly maxLag: number };
  readonly poolSize: number;
  readonly preparedStatements: boolean;
  readonly limits: DatabaseLimits;
}

/** The defaults of `DATABASE_…_TIMEOUT` and the like. */
export const DATABASE_LIMITS: DatabaseLimits = {
  connectTimeout: 5,
  statementTimeout: 5,
  lockTimeout: 1,
  idleInTransactionTimeout: 10,
  connectionLifetime: 3600,
  poolQueue: 500,
  startTimeout: 60,
};

interface DatabaseValues {
  readonly DATABASE_URL?: string;
  readonly DATABASE_DIRECT_URL?: string;
  readonly DATABASE_REPLICA_URL?: string;
  readonly DATABASE_REPLICA_MAX_LAG?: number;
  readonly DATABASE_POOL_SIZE?: number;
  readonly DATABASE_PREPARED_STATEMENTS?: boolean;
  readonly DATABASE_CONNECT_TIMEOUT?: number;
  readonly DATABASE_STATEMENT_TIMEOUT?: number;
  readonly DATABASE_LOCK_TIMEOUT?: number;
  readonly DATABASE_IDLE_IN_TRANSACTION_TIMEOUT?: number;
  readonly DATABASE_CONNECTION_LIFETIME?: number;
  readonly DATABASE_POOL_QUEUE?: number;
  readonly DATABASE_START_TIMEOUT?: number;
}

export function databaseFrom(values: DatabaseValues): DatabaseConfig {
  const url = values.DATABASE_URL ?? '';
  const replica = values.DATABASE_REPLICA_URL;
  return {
    url,
    directUrl: values.DATABASE_DIRECT_URL ?? url,
    ...(replica === undefined
      ? {}
      : { replica: { url: replica, maxLag: values.DATABASE_REPLICA_MAX_LAG ?? 5 } }),
    poolSize: values.DATABASE_POOL_SIZE ?? 10,
    preparedStatements: values.DATABASE_PREPARED_STATEMENTS ?? true,
    limits: limitsFrom(values),
  };
}

function limitsFrom(values: DatabaseValues): DatabaseLimits {
  return {
    connectTimeout: values.DATABASE_CONNECT_TIMEOUT ?? DATABASE_LIMITS.connectTimeout,
    statementTimeout: values.DATABASE_STATEMENT_TIMEOUT ?? DATABASE_LIMITS.statementTimeout,
    lockTimeout: values.DATABASE_LOCK_TIMEOUT ?? DATABASE_LIMITS.lockTimeout,
    idleInTransactionTimeout:
      values.DATABASE_IDLE_IN_TRANSACTION_TIMEOUT ?? DATABASE_LIMITS.idleInTransactionTimeout,
    connectionLifetime: values.DATABASE_CONNECTION_LIFETIME ?? DATABASE_LIMITS.connectionLifetime,
    poolQueue: values.DATABASE_POOL_QUEUE ?? DATABASE_LIMITS.poolQueue,
    startTimeout: values.DATABASE_START_TIMEOUT ?? DATABASE_LIMITS.startTimeout,
  };
}

/** Warns about a URL that may lead the server to a standby. */
export function databaseWarnings({ url }: DatabaseConfig): string[] {
  const { urls, target } = serversIn(url);
  if (target === 'read-write' || target === 'primary' || (target === 'any' && urls.length === 1)) return [];
  return [
    'DATABASE_URL may lead to a standby, which learns late that a session was revoked and accepts no writes. ' +
      'Add target_session_attrs=read-write to it. For reads that may be old there is DATABASE_REPLICA_URL.',
  ];
}
