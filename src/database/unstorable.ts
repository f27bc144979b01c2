import { sqlState } from './sql-state.js';

/**
 * Whether PostgreSQL refused a value for what it is: a NUL in a text, more than a legacy column is wide (SQLSTATE class
 * 22), against a check of the table (23514), too long for an index (54000).
 */
export function isUnstorable(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && (/^22...$/.test(state) || state === '23514' || state === '54000');
}
