import { Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { answerUnknownPaths } from '../http/unknown-paths.js';
import { Metrics } from '../metrics/metrics.js';
import { EventLoop } from './event-loop.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { Stopping } from './stopping.js';

@Module({})
class OperatorsModule {}

/** Serves `/metrics` and `/health` on a port of their own, so that a firewall can keep them from the public. */
@Injectable()
export class OperatorsServer implements OnApplicationShutdown {
  private app: NestFastifyApplication | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly metrics: Metrics,
    private readonly stopping: Stopping,
    private readonly eventLoop: EventLoop,
  ) {}

  async listen(port: number, host: string): Promise<void> {
    const adapter = new FastifyAdapter({
      skipMiddie: true,
      exposeHeadRoutes: false,
      forceCloseConnections: 'idle',
    });
    adapter.getInstance().addHook('onRequest', answerUnknownPaths);
    this.app = await NestFactory.create<NestFastifyApplication>(
      {
        module: OperatorsModule,
        controllers: [HealthController, MetricsController],
        providers: [
          { provide: CONFIG, useValue: this.config },
          { provide: DataSource, useValue: this.dataSource },
          { provide: Metrics, useValue: this.metrics },
          { provide: Stopping, useValue: this.stopping },
          { provide: EventLoop, useValue: this.eventLoop },
        ],
      },
      adapter,
      { bodyParser: false, logger: false, abortOnError: false },
    );
    await this.app.listen(port, host);
  }

  /** Nest calls this after the public port has closed, so that probes are answered until then. */
  async onApplicationShutdown(): Promise<void> {
    await this.app?.close();
  }
}
