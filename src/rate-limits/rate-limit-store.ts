import type { RateLimitRule } from './rate-limit-rules.js';

/** Where requests are counted. */
export abstract class RateLimitStore {
  /**
   * Counts one request in a single atomic step, so that parallel ones cannot all pass on the same count.
   * @returns undefined when it may pass, else the seconds after which to try again.
   * @throws whatever the store throws when it cannot be reached.
   */
  abstract consume(key: string, rule: RateLimitRule): Promise<number | undefined>;
}
