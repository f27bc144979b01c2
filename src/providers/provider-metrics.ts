import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.js';
import { stopwatch } from '../metrics/observed.js';
import { PROVIDER_CALLS } from './observed-provider.js';
import { ProviderTimeout } from './time-limit.js';

const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Measures the calls to providers. Only configured providers are labels. */
@Injectable()
export class ProviderMetrics {
  constructor(metrics: Metrics) {
    const durations = metrics.durations(
      {
        name: 'gatehouse_provider_call_duration_seconds',
        help: 'Time to the answer of a provider, by provider, call and outcome: answered, failed or timeout',
        labels: ['provider', 'call', 'outcome'],
      },
      BUCKETS,
    );
    PROVIDER_CALLS.watch((about) => {
      const seconds = stopwatch();
      return (error) => durations.observe({ ...about, outcome: outcomeOf(error) }, seconds());
    });
  }
}

function outcomeOf(error: unknown): string {
  if (error === undefined) return 'answered';
  return error instanceof ProviderTimeout ? 'timeout' : 'failed';
}
