import type { Pool } from 'pg';
import type { DatabaseLimits } from '../config/database-config.js';
import { closeIdleConnections } from './pool-limits.js';
import type { Servers } from './servers.js';
import { READ_AS_UTC } from './utc.js';
import { watchedClient } from './watched-client.js';

/**
 * Milliseconds. PostgreSQL looks for a deadlock after 1 s, which is also the default of DATABASE_LOCK_TIMEOUT. A deadlock
 * must be reported as one, because then the transaction is repeated.
 */
const AFTER_DEADLOCKS = 250;

export interface ConnectionLimits {
  readonly servers: Servers;
  readonly limits: DatabaseLimits;
  /** False behind a pooler that refuses these limits. Then only the server watches the time of its statements. */
  readonly limitsInDatabase: boolean;
}

/** Options of the driver for the connections with which the server answers requests. None of them waits for ever. */
export function connectionOptions({ servers, limits, limitsInDatabase }: ConnectionLimits, pool: () => Pool) {
  const milliseconds = (seconds: number) => seconds * 1000;
  return {
    servers,
    types: READ_AS_UTC,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    maxLifetimeSeconds: limits.connectionLifetime,
    // PostgreSQL gets one second to report that it cancelled the statement.
    Client: watchedClient(milliseconds(limits.statementTimeout + 1), () => closeIdleConnections(pool())),
    ...(limitsInDatabase
      ? {
          statement_timeout: milliseconds(limits.statementTimeout),
          lock_timeout: milliseconds(limits.lockTimeout) + AFTER_DEADLOCKS,
          idle_in_transaction_session_timeout: milliseconds(limits.idleInTransactionTimeout),
        }
      : {}),
  };
}
