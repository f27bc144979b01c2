import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import type { RequestStep } from './request-step.js';
import { REQUEST_STEPS } from './request-steps.js';
import { FEATURE_MODULES } from './assembly/feature-modules.js';
import { AccountsModule } from './accounts/accounts.module.js';
import type { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { entitiesWith } from './entities.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { LegacyModule } from './legacy/legacy.module.js';
import { LoggingModule } from './logging/logging.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { ProtocolModule } from './protocol/protocol.module.js';
import { RateLimitsModule } from './rate-limits/rate-limits.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SocialModule } from './social/social.module.js';
import { SweepingModule } from './sweeping/sweeping.module.js';
import { UsersModule } from './users/users.module.js';

/** What the application is put together from. */
export interface Parts {
  readonly steps: readonly RequestStep[];
  readonly features: readonly Type[];
}

export const PARTS: Parts = { steps: REQUEST_STEPS, features: FEATURE_MODULES };

@Module({})
export class AppModule {
  static with(config: Config, { steps, features }: Parts = PARTS): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        LoggingModule,
        DatabaseModule.with(entitiesWith(config)),
        HttpModule,
        RateLimitsModule,
        ProtocolModule,
        UsersModule,
        SessionsModule,
        AccountsModule,
        SocialModule,
        ...features,
        LegacyModule,
        SweepingModule,
        HealthModule,
        MetricsModule,
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
