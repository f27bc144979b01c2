import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.js';
import { RateLimiter } from './rate-limiter.js';

/** Counts refused requests and failures of the store. */
@Injectable()
export class RateLimitMetrics {
  constructor(metrics: Metrics, limiter: RateLimiter) {
    metrics.total(
      'gatehouse_rate_limited_requests_total',
      'Requests refused with 429',
      () => limiter.refusals,
    );
    metrics.total(
      'gatehouse_rate_limit_store_failures_total',
      'Requests for which the rate-limit store did not answer, so that this process counted alone',
      () => limiter.storeFailures,
    );
  }
}
