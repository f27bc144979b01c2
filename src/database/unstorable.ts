import { sqlState } from './sql-state.js';

/**
 * True if PostgreSQL cannot store a value: a NUL in a text or a text too long for a legacy column (SQLSTATE class 22),
 * a failed check constraint (23514), or a value too long for an index (54000).
 */
export function isUnstorable(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && (/^22...$/.test(state) || state === '23514' || state === '54000');
}
