import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { entitiesWith } from './assembly/entities.js';
import type { Feature } from './assembly/feature.js';
import { FEATURES } from './assembly/features.js';
import type { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { ErrorFilter } from './http/error.filter.js';
import { HealthModule } from './health/health.module.js';
import { CallbackGuard } from './http/callback.guard.js';
import { FormCsrfGuard } from './http/form-csrf.guard.js';
import { InputGuard } from './http/input.guard.js';
import { AnswerInterceptor } from './http/answer.interceptor.js';
import { HttpModule } from './http/http.module.js';
import { OriginGuard } from './http/origin.guard.js';
import { LoggingModule } from './logging/logging.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { SessionGuard } from './sessions/session.guard.js';
import { SweepingModule } from './sweeping/sweeping.module.js';

@Module({})
export class AppModule {
  static with(config: Config, features: readonly Feature[] = FEATURES): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        LoggingModule,
        MetricsModule,
        DatabaseModule.with(entitiesWith(config, features)),
        HttpModule,
        ...features.flatMap(({ module }) => (module ? [module] : [])),
        SweepingModule,
        HealthModule,
      ],
      providers: [
        // The way of a request, in the protocol's order (protocol.md §4.1): path and body come before, in create-app.ts.
        { provide: APP_GUARD, useClass: OriginGuard },
        { provide: APP_GUARD, useClass: InputGuard },
        { provide: APP_GUARD, useClass: FormCsrfGuard },
        { provide: APP_GUARD, useClass: SessionGuard },
        { provide: APP_GUARD, useClass: CallbackGuard },
        { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
        { provide: APP_FILTER, useClass: ErrorFilter },
      ],
    };
  }
}
