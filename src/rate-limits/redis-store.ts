import { createClient } from '@redis/client';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Logger } from '../logging/logger.js';
import type { RateLimitRule } from './rate-limit-rules.js';
import type { RateLimitStore } from './rate-limit-store.js';

const PREFIX = 'gatehouse:rate-limit:';
/** Milliseconds that the start waits for Redis, and that a connection may take to open. */
const CONNECT_WITHIN = 2000;
/** The longest pause between two attempts to connect, in milliseconds. A stopping server waits for it. */
const SLOWEST_RETRY = 1000;
const PING_EVERY = 30_000;

/**
 * Counts the requests of all instances together, in Redis. The window is fixed, as with every secondary storage of Better
 * Auth: it begins with the first request and ends `window` seconds later
 * (src/rate-limits/protocol.md, "Counting").
 */
export class RedisStore implements RateLimitStore, OnModuleInit, OnModuleDestroy {
  private readonly client: ReturnType<typeof newClient>;

  constructor(
    url: string,
    private readonly logger: Logger,
  ) {
    this.client = newClient(url);
    // The client reconnects by itself. Without this listener, a broken connection would end the process.
    this.client.on('error', () => {});
  }

  /** The server also starts if Redis does not answer. The client tries to connect until it does. */
  async onModuleInit(): Promise<void> {
    const connected = this.client.connect().then(
      () => true,
      () => false,
    );
    const timer = new Promise<boolean>((done) => setTimeout(done, CONNECT_WITHIN, false).unref());
    if (!(await Promise.race([connected, timer]))) {
      this.logger.warn(
        'Redis at REDIS_URL does not answer. The server keeps trying, and each process counts alone until then',
      );
    }
  }

  onModuleDestroy(): void {
    if (this.client.isOpen) this.client.destroy();
  }

  async consume(key: string, { window, max }: RateLimitRule): Promise<number | undefined> {
    if (!this.client.isReady) throw new Error('Redis does not answer');
    const name = PREFIX + key;
    // One transaction, because a count without an expiry would refuse its key forever.
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
    // Requests do not wait while Redis is not connected.
    disableOfflineQueue: true,
    pingInterval: PING_EVERY,
    socket: {
      connectTimeout: CONNECT_WITHIN,
      reconnectStrategy: (retries) => Math.min(100 * 2 ** Math.min(retries, 10), SLOWEST_RETRY),
    },
  });
}
