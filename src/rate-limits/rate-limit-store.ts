import type { RateLimitRule } from './rate-limit-rules.js';

/** Where requests are counted. */
export abstract class RateLimitStore {
  /**
   * Checks and counts a request in one atomic step, so that parallel requests cannot all pass with the same count.
   * @returns undefined if the request is allowed, otherwise the seconds after which the client may try again.
   * @throws any error if the store cannot be reached.
   */
  abstract consume(key: string, rule: RateLimitRule): Promise<number | undefined>;
}
