import type { DBAdapter } from '@better-auth/core/db/adapter';
import { ExpiringMap } from '../../collections/expiring-map.js';
import { hostedCalls } from './hosted-call.js';

const MEMBER = 'member';
const LIST = 'organization/list-members';

/** Counting fewer members is quick, so the count is always exact. */
const QUICK = 10_000;
/** Milliseconds for which the count of more members is used again. */
const USED_AGAIN = 1000;
const KEPT = 1000;

/**
 * Lets pages of a long list of members use the same total for a second, because PostgreSQL has to visit each member to count them.
 * Limits of members are still checked with an exact count.
 */
export function keepLongCounts(adapter: DBAdapter): void {
  const count = adapter.count.bind(adapter);
  const kept = new ExpiringMap<number>(KEPT);
  adapter.count = async (asked) => {
    if (asked.model !== MEMBER || hostedCalls.getStore()?.request.client.route !== LIST) return count(asked);
    const key = JSON.stringify(asked.where);
    const known = kept.get(key, Date.now());
    if (known !== undefined) return known;
    const counted = await count(asked);
    const now = Date.now();
    if (counted > QUICK) kept.set(key, counted, now + USED_AGAIN, now);
    return counted;
  };
}
