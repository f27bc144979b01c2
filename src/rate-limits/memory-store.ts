import { ExpiringMap } from '../collections/expiring-map.js';
import type { RateLimitRule } from './rate-limit-rules.js';
import type { RateLimitStore } from './rate-limit-store.js';

interface Count {
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly lastRequest: number;
}

/** The number of keys, as in Better Auth. */
const CAPACITY = 100_000;

/**
 * Counts the requests to this process. The window is sliding: it ends `window` seconds after the last allowed request
 * (src/rate-limits/protocol.md, "Counting").
 */
export class MemoryStore implements RateLimitStore {
  private readonly counts: ExpiringMap<Count>;

  constructor(
    capacity = CAPACITY,
    private readonly clock: () => number = Date.now,
  ) {
    this.counts = new ExpiringMap(capacity);
  }

  get size(): number {
    return this.counts.size;
  }

  async consume(key: string, { window, max }: RateLimitRule): Promise<number | undefined> {
    const now = this.clock();
    const current = this.counts.get(key, now);
    if (current && current.count >= max) return Math.ceil((current.lastRequest - now) / 1000 + window);
    const next = { count: (current?.count ?? 0) + 1, lastRequest: now };
    this.counts.set(key, next, now + window * 1000, now);
    return undefined;
  }
}
