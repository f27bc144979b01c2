import { Module, type DynamicModule, type Type } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { HealthController } from './health.controller.js';
import { EventLoop } from './event-loop.js';
import { HomeController } from './home.controller.js';
import { MetricsController } from './metrics.controller.js';
import { OperatorsServer } from './operators-server.js';
import { Stopping } from './stopping.js';

@Module({ providers: [EventLoop, OperatorsServer, Stopping] })
export class HealthModule {
  /** What the settings close has no route, so it answers like any unknown path. */
  static with(config: Config): DynamicModule {
    return { module: HealthModule, controllers: publicControllers(config) };
  }
}

function publicControllers({ docs, metrics }: Config): Type[] {
  return [
    ...(metrics.port === undefined ? [HealthController] : []),
    ...(metrics.onPublicPort ? [MetricsController] : []),
    ...(docs ? [HomeController] : []),
  ];
}
