import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.js';
import { RateLimiter } from './rate-limiter.js';

/** How often the server refuses requests, and how often it has to count without its store. */
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
      'Times the rate-limit store did not answer and this process counted for itself',
      () => limiter.storeFailures,
    );
  }
}
