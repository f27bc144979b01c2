import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { Metrics } from '../../metrics/metrics.js';
import { ChangeListener } from './change-listener.js';
import { SessionCache } from './session-cache.js';

const TOTALS = {
  hits: 'Sessions read from the cache',
  misses: 'Sessions read from the database, because the cache did not have them or could not answer',
  invalidations:
    'Sessions removed from the cache, because they or their user changed or the connection was lost',
} as const;

/** Metrics of the session cache. Without `SESSION_CACHE` there are none. */
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
      '1 while PostgreSQL reports changes, so that the cache may answer',
      () => Number(changes.isListening),
    );
    for (const name of ['hits', 'misses', 'invalidations'] as const) {
      metrics.total(`gatehouse_session_cache_${name}_total`, TOTALS[name], () => cache[name]);
    }
  }
}
