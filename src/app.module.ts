import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import type { RequestStep } from './request-step.js';
import { REQUEST_STEPS } from './request-steps.js';
import { entitiesWith } from './assembly/entities.js';
import type { Feature } from './assembly/feature.js';
import { FEATURES } from './assembly/features.js';
import type { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { LoggingModule } from './logging/logging.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { TelemetryModule } from './telemetry/telemetry.module.js';
import { SweepingModule } from './sweeping/sweeping.module.js';

/** The parts of which the application consists. Tests replace some of them. */
export interface Parts {
  readonly steps: readonly RequestStep[];
  readonly features: readonly Feature[];
}

export const PARTS: Parts = { steps: REQUEST_STEPS, features: FEATURES };

@Module({})
export class AppModule {
  static with(config: Config, { steps, features }: Parts = PARTS): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        LoggingModule,
        MetricsModule,
        TelemetryModule,
        DatabaseModule.with(entitiesWith(config, features)),
        HttpModule,
        ...features.map(({ module }) => module),
        SweepingModule,
        HealthModule.with(config),
      ],
      providers: steps.flatMap(nestProvider),
    };
  }
}

/** Nest runs the guards in the order in which they are provided. */
function nestProvider(step: RequestStep): Provider[] {
  if (step.at === 'guard') return [{ provide: APP_GUARD, useClass: step.type }];
  if (step.at === 'interceptor') return [{ provide: APP_INTERCEPTOR, useClass: step.type }];
  return step.at === 'filter' ? [{ provide: APP_FILTER, useClass: step.type }] : [];
}
