import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Metrics } from '../metrics/metrics.js';
import type { Telemetry } from './telemetry.js';

export const TELEMETRY = Symbol('telemetry');

/** Loads OpenTelemetry only if a collector is configured, because its packages take time and memory. */
async function load({ telemetry }: Config, metrics: Metrics): Promise<Telemetry | undefined> {
  if (!telemetry) return undefined;
  const { startOpenTelemetry } = await import('./open-telemetry.js');
  return startOpenTelemetry(telemetry, metrics);
}

@Global()
@Module({
  providers: [{ provide: TELEMETRY, inject: [CONFIG, Metrics], useFactory: load }],
  exports: [TELEMETRY],
})
export class TelemetryModule implements OnApplicationShutdown {
  constructor(@Inject(TELEMETRY) private readonly telemetry: Telemetry | undefined) {}

  async onApplicationShutdown(): Promise<void> {
    await this.telemetry?.stop();
  }
}
