import { createClient } from '@redis/client';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Logger } from '../logging/logger.js';
import type { RateLimitRule } from './rate-limit-rules.js';
import type { RateLimitStore } from './rate-limit-store.js';

const PREFIX = 'gatehouse:rate-limit:';
/** Milliseconds the start waits for Redis, and a connection for an answer to its knocking. */
const CONNECT_WITHIN = 2000;
/** Milliseconds; a stopping server waits as long for a retry that is under way. */
const SLOWEST_RETRY = 1000;
const PING_EVERY = 30_000;

/**
 * Counts in Redis, for all instances together. The window is fixed, as with every secondary storage of Better Auth: it
 * begins with the first request and ends on its own (protocol.md §6).
 */
export class RedisStore implements RateLimitStore, OnModuleInit, OnModuleDestroy {
  private readonly client: ReturnType<typeof newClient>;

  constructor(
    url: string,
    private readonly logger: Logger,
  ) {
    this.client = newClient(url);
    // A connection that breaks is made anew by the client; without a listener it would end the process.
    this.client.on('error', () => {});
  }

  /** A Redis that is away is no reason not to start: it is tried again for as long as it takes. */
  async onModuleInit(): Promise<void> {
    const connected = this.client.connect().then(
      () => true,
      () => false,
    );
    const timer = new Promise<boolean>((done) => setTimeout(done, CONNECT_WITHIN, false).unref());
    if (!(await Promise.race([connected, timer]))) {
      this.logger.warn('Redis at REDIS_URL does not answer; it is tried again until it does');
    }
  }

  onModuleDestroy(): void {
    if (this.client.isOpen) this.client.destroy();
  }

  async consume(key: string, { window, max }: RateLimitRule): Promise<number | undefined> {
    if (!this.client.isReady) throw new Error('Redis does not answer');
    const name = PREFIX + key;
    // Both in one transaction: a count without an end would lock its key for good.
    const [, count] = await this.client
      .multi()
      .set(name, 0, { condition: 'NX', expiration: { type: 'PX', value: Math.ceil(window * 1000) } })
      .incr(name)
      .execTyped();
    return count <= max ? undefined : Math.ceil(window);
  }
}

function newClient(url: string) {
  return createClient({
    url,
    // A request does not wait for a Redis that is away.
    disableOfflineQueue: true,
    pingInterval: PING_EVERY,
    socket: {
      connectTimeout: CONNECT_WITHIN,
      reconnectStrategy: (retries) => Math.min(100 * 2 ** Math.min(retries, 10), SLOWEST_RETRY),
    },
  });
}
