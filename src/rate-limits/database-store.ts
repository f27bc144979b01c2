import type { PreparedQueries } from '../database/prepared-queries.js';
import { countRequest, type CountedRow } from './count-request.sql.js';
import { ExpiringMap } from '../collections/expiring-map.js';
import type { RateLimitRule } from './rate-limit-rules.js';
import type { RateLimitStore } from './rate-limit-store.js';

const REFUSALS = 10_000;

/** Counts the requests of all instances together, in the table `rate_limits`. The rule is that of `MemoryStore`. */
export class DatabaseStore implements RateLimitStore {
  /**
   * Refused keys and until when. A refused request does not extend the window, so the refusal stays correct until then.
   * With this map, a flood of requests does not reach the database.
   */
  private readonly refusals = new ExpiringMap<number>(REFUSALS);

  constructor(private readonly queries: PreparedQueries) {}

  async consume(key: string, rule: RateLimitRule): Promise<number | undefined> {
    const now = Date.now();
    const refusedUntil = this.refusals.get(key, now);
    if (refusedUntil !== undefined) return inSeconds(refusedUntil - now);
    const window = Math.ceil(rule.window * 1000);
    const [row] = await this.queries.rows<CountedRow>(countRequest, [key, window, Math.ceil(rule.max)]);
    if (!row || row.allowed) return undefined;
    // `wait` is not positive if the window ended while the statement ran.
    const wait = Math.max(1, Number(row.wait ?? window));
    this.refusals.set(key, now + wait, now + wait, now);
    return inSeconds(wait);
  }
}

const inSeconds = (milliseconds: number) => Math.ceil(milliseconds / 1000);
