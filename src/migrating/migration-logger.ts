import type { Logger } from 'typeorm';

/**
 * What the TypeORM CLI says of a run: its own progress, and neither every statement nor a failure twice. Silent under
 * `GATEHOUSE_QUIET`.
 */
export class MigrationLogger implements Logger {
  logSchemaBuild(message: string): void {
    if (!process.env['GATEHOUSE_QUIET']) process.stdout.write(`${message}\n`);
  }

  log(level: 'log' | 'info' | 'warn', message: unknown): void {
    if (level === 'warn') process.stderr.write(`${String(message)}\n`);
  }

  /** Only failures come here, and who called prints them. */
  logMigration(): void {}

  logQuery(): void {}

  logQueryError(): void {}

  logQuerySlow(): void {}
}
