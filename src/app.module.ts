import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AccountsModule } from './accounts/accounts.module.js';
import type { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { entitiesWith } from './entities.js';
import { ErrorFilter } from './http/error.filter.js';
import { HealthModule } from './health/health.module.js';
import { CallbackGuard } from './http/callback.guard.js';
import { FormCsrfGuard } from './http/form-csrf.guard.js';
import { InputGuard } from './http/input.guard.js';
import { AnswerInterceptor } from './http/answer.interceptor.js';
import { HttpModule } from './http/http.module.js';
import { OriginGuard } from './http/origin.guard.js';
import { JwksModule } from './jwks/jwks.module.js';
import { LoggingModule } from './logging/logging.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { ProtocolModule } from './protocol/protocol.module.js';
import { RateLimitsModule } from './rate-limits/rate-limits.module.js';
import { SessionGuard } from './sessions/session.guard.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SocialModule } from './social/social.module.js';
import { SweepingModule } from './sweeping/sweeping.module.js';
import { UsersModule } from './users/users.module.js';

@Module({})
export class AppModule {
  static with(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        LoggingModule,
        DatabaseModule.with(entitiesWith(config)),
        HttpModule,
        RateLimitsModule,
        ProtocolModule,
        JwksModule,
        UsersModule,
        SessionsModule,
        AccountsModule,
        SocialModule,
        SweepingModule,
        HealthModule,
        MetricsModule,
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
