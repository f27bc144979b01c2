import type { Logger } from 'typeorm';

/**
 * Prints TypeORM's progress messages, unless `GATEHOUSE_QUIET` is set. Prints neither statements nor failures, because the
 * caller prints failures.
 */
export class MigrationLogger implements Logger {
  logSchemaBuild(message: string): void {
    if (!process.env['GATEHOUSE_QUIET']) process.stdout.write(`${message}\n`);
  }

  log(level: 'log' | 'info' | 'warn', message: unknown): void {
    if (level === 'warn') process.stderr.write(`${String(message)}\n`);
  }

  /** TypeORM calls this only for failures. */
  logMigration(): void {}

  logQuery(): void {}

  logQueryError(): void {}

  logQuerySlow(): void {}
}
