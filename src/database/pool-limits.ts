import type { Pool, PoolClient } from 'pg';
import { Unavailable } from '../errors/unavailable.js';

type Connected = (error: Error | undefined, client?: PoolClient, release?: () => void) => void;

/** Makes the pool refuse who would have to wait behind `limit` others, because that would only add to the delay of all. */
export function boundQueue(pool: Pool, limit: number): void {
  const connect = pool.connect.bind(pool) as (done?: Connected) => Promise<PoolClient> | void;
  pool.connect = ((done?: Connected) => {
    if (pool.waitingCount < limit || pool.idleCount > 0) return connect(done);
    const error = new Unavailable('too many requests wait for a connection to the database');
    return done ? done(error) : Promise.reject(error);
  }) as Pool['connect'];
}

/** Closes the connections that nobody uses. If the network lost one connection, it probably lost these too. */
export function closeIdleConnections(pool: Pool): void {
  for (let idle = pool.idleCount; idle > 0; idle--) {
    pool.connect().then(
      (client) => client.release(true),
      () => {},
    );
  }
}
