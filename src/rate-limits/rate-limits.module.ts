import { Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { PreparedQueries } from '../database/prepared-queries.js';
import { Logger } from '../logging/logger.js';
import { DatabaseStore } from './database-store.js';
import { GivenStore } from './given-store.js';
import { MemoryStore } from './memory-store.js';
import { PatientStore } from './patient-store.js';
import { RateLimitStore } from './rate-limit-store.js';
import { OldCounts } from './old-counts.js';
import { RateLimitRules } from './rate-limit-rules.js';
import { RateLimitMetrics } from './rate-limit-metrics.js';
import { RateLimiter } from './rate-limiter.js';

const SHARED_STORE = Symbol('shared store');

@Module({
  providers: [
    { provide: SHARED_STORE, useFactory: createSharedStore, inject: [CONFIG, PreparedQueries, Logger] },
    { provide: RateLimitStore, useFactory: createStore, inject: [SHARED_STORE, Logger] },
    RateLimitRules,
    RateLimiter,
    RateLimitMetrics,
    OldCounts,
  ],
  exports: [RateLimiter, RateLimitRules],
})
export class RateLimitsModule {}

function createStore(shared: RateLimitStore | undefined, logger: Logger): RateLimitStore {
  return shared ? new PatientStore(shared, logger) : new MemoryStore();
}

/** Undefined if each process counts alone. */
async function createSharedStore(
  { rateLimit, production, redisUrl, functions }: Config,
  queries: PreparedQueries,
  logger: Logger,
): Promise<RateLimitStore | undefined> {
  const { enabled = production, storage = redisUrl ? 'secondary-storage' : 'memory' } = rateLimit;
  const { customStorage } = functions.rateLimit ?? {};
  if (enabled && customStorage) return new GivenStore(customStorage);
  if (enabled && storage === 'database') return new DatabaseStore(queries);
  if (enabled && storage === 'secondary-storage' && redisUrl) {
    // Imported only when needed, because the Redis client has hundreds of files and would delay every start.
    const { RedisStore } = await import('./redis-store.js');
    return new RedisStore(redisUrl, logger);
  }
  return undefined;
}
