import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { onResponseHookHandler } from 'fastify';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { Passwords } from '../accounts/passwords.js';
import type { AnsweredRequest } from '../logging/logger.js';
import { MailMetrics } from '../mail/mail-metrics.js';
import { SessionCacheMetrics } from '../sessions/cache/session-cache-metrics.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';

@Injectable()
export class Metrics implements OnModuleInit {
  /** Since the start. */
  repeated = 0;
  private readonly registry = new Registry();
  private readonly durations = new Histogram({
    name: 'gatehouse_http_request_duration_seconds',
    help: 'Time to the answer, by route pattern and status',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  });

  constructor(
    private readonly passwords: Passwords,
    private readonly mails: MailMetrics,
    private readonly limiter: RateLimiter,
    private readonly sessionCache: SessionCacheMetrics,
  ) {}

  onModuleInit(): void {
    collectDefaultMetrics({ register: this.registry });
    this.gauge(
      'gatehouse_password_hashes_waiting',
      'Password hashes that wait for their turn',
      () => this.passwords.waiting,
    );
    this.gauge(
      'gatehouse_password_hashes_running',
      'Password hashes under way',
      () => this.passwords.running,
    );
    this.counter(
      'gatehouse_password_hashes_total',
      'Password hashes computed, of new passwords and of given ones',
      () => this.passwords.computed,
    );
    this.counter(
      'gatehouse_rate_limited_requests_total',
      'Requests refused with 429',
      () => this.limiter.refusals,
    );
    this.counter(
      'gatehouse_rate_limit_store_failures_total',
      'Times the rate-limit store did not answer and this process counted for itself',
      () => this.limiter.storeFailures,
    );
    this.counter(
      'gatehouse_repeated_answers_total',
      'Answers that were sent again as they were, while the session cache vouched for them',
      () => this.repeated,
    );
    this.mails.publish(this.registry);
    this.sessionCache.publish(this.registry);
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

  observe({ method, route, status, milliseconds }: Omit<AnsweredRequest, 'requestId'>): void {
    this.durations.observe({ method, route, status: String(status) }, milliseconds / 1000);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  private gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.registry],
      collect: () => gauge.set(read()),
    });
  }

  /** @param read total since the start. */
  private counter(name: string, help: string, read: () => number): void {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [this.registry],
      collect: () => {
        counter.reset();
        counter.inc(read());
      },
    });
  }
}
