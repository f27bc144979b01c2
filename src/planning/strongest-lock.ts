import { LOCK_LEVELS } from './lock-level.js';
import type { PlannedStep, StrongestLock } from './plan.js';

/** Milliseconds: `lock_timeout` of the migrations. */
const LONGEST_WAIT = 1000;

/**
 * The strongest lock that the steps take on tables that other sessions use already.
 * @param existing names of the tables before the first step
 */
export function strongestLock(
  steps: readonly PlannedStep[],
  existing: ReadonlySet<string>,
): StrongestLock | undefined {
  const locks = steps
    .flatMap(({ statements }) => statements)
    .filter(({ table }) => table !== undefined && existing.has(table));
  const rank = Math.max(0, ...locks.map(({ lock }) => LOCK_LEVELS.indexOf(lock)));
  const level = LOCK_LEVELS[rank];
  if (level === undefined || level === 'none') return undefined;
  const tables = new Set(locks.flatMap(({ lock, table }) => (lock === level && table ? [table] : [])));
  return { level, tables: [...tables].toSorted(), longestWait: LONGEST_WAIT };
}
