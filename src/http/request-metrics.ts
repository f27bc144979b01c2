import { Injectable } from '@nestjs/common';
import type { onResponseHookHandler } from 'fastify';
import type { Histogram } from 'prom-client';
import type { AnsweredRequest } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Measures how long answers take, and counts those that were sent again from memory. */
@Injectable()
export class RequestMetrics {
  /** Answers sent again since the start of the process. */
  repeated = 0;
  private readonly durations: Histogram<'method' | 'route' | 'status'>;

  constructor(metrics: Metrics) {
    this.durations = metrics.durations(
      {
        name: 'gatehouse_http_request_duration_seconds',
        help: 'Time to the answer, by route pattern and status',
        labels: ['method', 'route', 'status'],
      },
      BUCKETS,
    );
    metrics.total(
      'gatehouse_repeated_answers_total',
      'Answers that were sent again from memory, because the session cache confirmed that nothing had changed',
      () => this.repeated,
    );
  }

  /** Measures the time to each answer. */
  readonly measure: onResponseHookHandler = (request, reply, done) => {
    this.observe({
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      milliseconds: reply.elapsedTime,
    });
    done();
  };

  observe({ method, route, status, milliseconds }: Omit<AnsweredRequest, 'requestId' | 'traceId'>): void {
    this.durations.observe({ method, route, status: String(status) }, milliseconds / 1000);
  }
}
