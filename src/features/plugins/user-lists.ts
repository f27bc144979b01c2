import type { Replica } from '../../database/replica.js';
import { otherPool } from './utc-pool.js';

type Read = (...given: never[]) => Promise<unknown>;

/** The methods of the library that only the admin plugin's `list-users` calls. */
const LISTS = ['listUsers', 'countTotalUsers'] as const;

/** Lets the admin plugin's list of users read from the replica. It is the only read of the library that may be old. */
export function listUsersFrom(replica: Replica, adapter: Record<(typeof LISTS)[number], Read>): void {
  for (const name of LISTS) {
    const read = adapter[name].bind(adapter);
    adapter[name] = (...given) => replica.read((pool) => otherPool.run(pool, () => read(...given)));
  }
}
