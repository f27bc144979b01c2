import { Module } from '@nestjs/common';
import { ProviderMetrics } from './provider-metrics.js';
import { Providers } from './providers.js';

@Module({ providers: [ProviderMetrics, Providers], exports: [Providers] })
export class ProvidersModule {}
