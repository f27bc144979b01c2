import { Global, Module } from '@nestjs/common';
import { BuildMetrics } from './build-metrics.js';
import { Metrics } from './metrics.js';

@Global()
@Module({ providers: [Metrics, BuildMetrics], exports: [Metrics] })
export class MetricsModule {}
