import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { PreparedQueries, type PreparedQuery } from '../database/prepared-queries.js';
import { Logger } from '../logging/logger.js';
import { longestWindow } from '../rate-limits/rate-limit-rules.js';
import { sweepRateLimits, sweepSessions, sweepVerifications, type SweptRow } from './expired-rows.sql.js';

/** Milliseconds. */
const EVERY = 60_000;
/** Rows that one statement removes, and milliseconds between two, in which others get their turn. */
const BATCH = 500;
const PAUSE = 50;
/** Seconds; a better-auth on the same table may have longer windows than ours. */
const KEEP_COUNTS_AT_LEAST = 3600;

/** Removes what has expired, in small batches; of several instances one at a time. */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<number> | undefined;
  private stopping = false;

  constructor(
    private readonly queries: PreparedQueries,
    @Inject(CONFIG) private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      // If a sweep fails, the next one removes its rows too.
      this.sweeping ??= this.sweep()
        .catch((error: unknown) => (this.logger.fault(error), 0))
        .finally(() => (this.sweeping = undefined));
    }, EVERY);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.sweeping;
  }

  /** Removes the rows now. Returns their number. */
  async sweep(): Promise<number> {
    const { rateLimit, verification } = this.config;
    const keepCounts = Math.max(longestWindow(rateLimit), KEEP_COUNTS_AT_LEAST) * 1000;
    return (
      (await this.inBatches(sweepSessions)) +
      (verification.disableCleanup ? 0 : await this.inBatches(sweepVerifications)) +
      (await this.inBatches(sweepRateLimits, keepCounts))
    );
  }

  /** Until nothing is left, or another instance is at it. */
  private async inBatches(statement: PreparedQuery, ...values: number[]): Promise<number> {
    let removed = 0;
    while (!this.stopping) {
      const [row] = await this.queries.rows<SweptRow>(statement, [BATCH, ...values]);
      removed += row?.removed ?? 0;
      if (!row?.mine || row.removed < BATCH) break;
      await sleep(PAUSE);
    }
    return removed;
  }
}
