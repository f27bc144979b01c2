import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { PreparedQueries, type PreparedQuery } from '../database/prepared-queries.js';
import { Logger } from '../logging/logger.js';
import { sweepQuery, type SweptRow } from './sweep.sql.js';

/** Milliseconds between two sweeps. */
const EVERY = 60_000;
/** Rows that one statement removes. */
const BATCH = 500;
/** Milliseconds between two statements, so that other queries get their turn. */
const PAUSE = 50;
/** Milliseconds. Clocks differ by less than an hour, so no server still accepts a row that expired before. */
const HOUR = 3_600_000;
/** The rows that have expired. The time is a parameter, because `now()` depends on the session's time zone if the column has none. */
export const EXPIRED = {
  condition: 'expires_at < $2',
  values: () => [new Date(Date.now() - HOUR)],
};

/** Rows that nobody needs any more. */
export interface Sweep {
  /** A table with a column `id`. If it is not one of the protocol, with its schema. */
  readonly table: string;
  /** SQL condition of the rows to remove; the first of `values` is $2. */
  readonly condition: string;
  readonly values?: () => readonly unknown[];
  /** True while somebody else removes the rows. */
  readonly rests?: () => boolean;
}

/** Removes the rows that other modules registered, in small batches. Only one instance sweeps at a time. */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly sweeps: (Required<Pick<Sweep, 'values' | 'rests'>> & { readonly query: PreparedQuery })[] =
    [];
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<number> | undefined;
  private stopping = false;

  constructor(
    private readonly queries: PreparedQueries,
    private readonly logger: Logger,
  ) {}

  add({ table, condition, values = () => [], rests = () => false }: Sweep): void {
    this.sweeps.push({ query: sweepQuery(table, condition), values, rests });
  }

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
    let removed = 0;
    for (const { query, values, rests } of this.sweeps)
      if (!rests()) removed += await this.inBatches(query, values);
    return removed;
  }

  /** Repeats the statement until no rows are left or another instance sweeps. */
  private async inBatches(query: PreparedQuery, values: () => readonly unknown[]): Promise<number> {
    let removed = 0;
    while (!this.stopping) {
      const [row] = await this.queries.rows<SweptRow>(query, [BATCH, ...values()]);
      removed += row?.removed ?? 0;
      if (!row?.mine || row.removed < BATCH) break;
      await sleep(PAUSE);
    }
    return removed;
  }
}
