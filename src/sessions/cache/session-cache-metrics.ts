import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { Metrics } from '../../metrics/metrics.js';
import { ChangeListener } from './change-listener.js';
import { SessionCache } from './session-cache.js';

const TOTALS = {
  hits: 'Sessions answered from the cache',
  misses: 'Sessions the database was asked for, because they were not in the cache or it could not answer',
  invalidations:
    'Cached sessions that were dropped, because they or their user changed or the connection was lost',
} as const;

/** How well the session cache works. Without `SESSION_CACHE` there is nothing to show. */
@Injectable()
export class SessionCacheMetrics {
  constructor(
    metrics: Metrics,
    cache: SessionCache,
    changes: ChangeListener,
    @Inject(CONFIG) { sessionCache }: Config,
  ) {
    if (!sessionCache.enabled) return;
    metrics.gauge('gatehouse_session_cache_entries', 'Sessions in the cache', () => cache.size);
    metrics.gauge(
      'gatehouse_session_cache_listening',
      '1 while changes are heard of and the cache may answer',
      () => Number(changes.isListening),
    );
    for (const name of ['hits', 'misses', 'invalidations'] as const) {
      metrics.total(`gatehouse_session_cache_${name}_total`, TOTALS[name], () => cache[name]);
    }
  }
}
