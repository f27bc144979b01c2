import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { ChangeListener } from './change-listener.js';
import { SessionCache } from './session-cache.js';

const COUNTERS = {
  hits: 'Sessions answered from the cache',
  misses: 'Sessions the database was asked for, because they were not in the cache or it could not answer',
  invalidations:
    'Cached sessions that were dropped, because they or their user changed or the connection was lost',
} as const;

@Injectable()
export class SessionCacheMetrics {
  constructor(
    private readonly cache: SessionCache,
    private readonly changes: ChangeListener,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Nothing is told of a cache that is not there. */
  publish(registry: Registry): void {
    if (!this.config.sessionCache.enabled) return;
    this.gauge(registry, 'entries', 'Sessions in the cache', () => this.cache.size);
    this.gauge(registry, 'listening', '1 while changes are heard of and the cache may answer', () =>
      Number(this.changes.isListening),
    );
    for (const name of ['hits', 'misses', 'invalidations'] as const) {
      const counter: Counter = new Counter({
        name: `gatehouse_session_cache_${name}_total`,
        help: COUNTERS[name],
        registers: [registry],
        collect: () => {
          counter.reset();
          counter.inc(this.cache[name]);
        },
      });
    }
  }

  private gauge(registry: Registry, name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name: `gatehouse_session_cache_${name}`,
      help,
      registers: [registry],
      collect: () => gauge.set(read()),
    });
  }
}
