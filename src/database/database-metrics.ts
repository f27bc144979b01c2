import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Metrics } from '../metrics/metrics.js';
import { stopwatch } from '../metrics/observed.js';
import { STATEMENTS } from './observed-client.js';
import type { ServerDataSource } from './server-data-source.js';
import { sqlState } from './sql-state.js';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Measures the connection pool and the statements. */
@Injectable()
export class DatabaseMetrics {
  constructor(
    metrics: Metrics,
    @Inject(DataSource) private readonly dataSource: ServerDataSource,
    @Inject(CONFIG) config: Config,
  ) {
    metrics.gauge(
      'gatehouse_database_connections_limit',
      'Connections that this process may open (DATABASE_POOL_SIZE)',
      () => config.database.poolSize,
    );
    metrics.gauges(
      {
        name: 'gatehouse_database_connections',
        help: 'Open connections of the pool: busy with a request, or idle',
        labels: ['state'],
      },
      async () => ({ busy: this.pool.totalCount - this.pool.idleCount, idle: this.pool.idleCount }),
    );
    metrics.gauge(
      'gatehouse_database_connections_awaited',
      'Requests that wait for a free connection',
      () => this.pool.waitingCount,
    );
    measureStatements(metrics);
  }

  private get pool() {
    return this.dataSource.pool;
  }
}

function measureStatements(metrics: Metrics): void {
  const durations = metrics.durations(
    {
      name: 'gatehouse_database_statement_duration_seconds',
      help: 'Time from sending a statement to its last row, by its first word',
      labels: ['operation'],
    },
    BUCKETS,
  );
  const failures = metrics.counter({
    name: 'gatehouse_database_statement_failures_total',
    help: 'Statements that failed, by the class of their SQLSTATE; `none` if the connection broke',
    labels: ['class'],
  });
  STATEMENTS.watch(({ operation }) => {
    const seconds = stopwatch();
    return (error) => {
      durations.observe({ operation }, seconds());
      if (error !== undefined) failures.inc({ class: classOf(error) });
    };
  });
}

/** The first two characters of an SQLSTATE, of which there are about 40. */
function classOf(error: unknown): string {
  const state = sqlState(error) ?? '';
  return /^[0-9A-Z]{5}$/.test(state) ? state.slice(0, 2) : 'none';
}
