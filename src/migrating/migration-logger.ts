import type { Logger } from 'typeorm';
import { paint } from '../logging/paint.js';

/** Messages that TypeORM repeats before each step. */
const INTRODUCTION =
  /migrations (are already loaded|were found)|is the last executed migration|^Now reverting/;

/**
 * Prints TypeORM's progress messages and how long each step took, unless `GATEHOUSE_QUIET` is set. Prints neither
 * statements nor failures, because the caller prints failures.
 */
export class MigrationLogger implements Logger {
  /** True while many steps follow each other. Then only their results are printed. */
  resultsOnly = false;
  private stepBegan = performance.now();

  logSchemaBuild(message: string): void {
    const took = performance.now() - this.stepBegan;
    this.stepBegan = performance.now();
    if (process.env['GATEHOUSE_QUIET'] || (this.resultsOnly && INTRODUCTION.test(message))) return;
    process.stdout.write(`${describeStep(message, took)}\n`);
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

function describeStep(message: string, took: number): string {
  const [, name, result] = /^Migration (\S+) (has been .* successfully)\.$/.exec(message) ?? [];
  if (name === undefined || result === undefined) return message;
  return `Migration ${paint('bold', name)} ${paint('green', result)} ${paint('dim', `(${duration(took)})`)}`;
}

/** A duration for a person, such as "35 ms", "2.4 s" or "3 min 20 s". */
export function duration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
}
