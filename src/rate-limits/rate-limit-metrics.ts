import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.js';
import { PatientStore } from './patient-store.js';
import { RateLimitStore } from './rate-limit-store.js';
import { RateLimiter } from './rate-limiter.js';

/** Counts refused requests and failures of the store. */
@Injectable()
export class RateLimitMetrics {
  constructor(metrics: Metrics, limiter: RateLimiter, store: RateLimitStore) {
    metrics.total(
      'gatehouse_rate_limited_requests_total',
      'Requests refused with 429',
      () => limiter.refusals,
    );
    metrics.total(
      'gatehouse_rate_limit_store_failures_total',
      'Times that the rate-limit store did not answer, so that this process counted alone',
      () => (store instanceof PatientStore ? store.failures : 0),
    );
  }
}
