import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Logger } from '../logging/logger.js';
import { connect, type Entities } from './connect.js';
import { DatabaseMetrics } from './database-metrics.js';
import { DemotionWatch } from './demotion-watch.js';
import { PreparedQueries } from './prepared-queries.js';
import { Replica } from './replica.js';
import { RowHooks } from './row-hooks.js';
import { RowIds } from './row-ids.js';

@Global()
@Module({
  providers: [DatabaseMetrics, DemotionWatch, PreparedQueries, Replica, RowHooks, RowIds],
  exports: [PreparedQueries, Replica, RowHooks, RowIds],
})
export class DatabaseModule implements OnApplicationShutdown {
  /** The caller names the entities, so that this folder imports nothing from the folders above it. */
  static with(entities: Entities): DynamicModule {
    const dataSource = {
      provide: DataSource,
      inject: [CONFIG, Logger],
      useFactory: (config: Config, logger: Logger) =>
        connect(config.database, entities, (sentence) => logger.warn(sentence)),
    };
    return { module: DatabaseModule, providers: [dataSource], exports: [DataSource] };
  }

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Nest calls this after the server has stopped accepting requests. */
  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}
