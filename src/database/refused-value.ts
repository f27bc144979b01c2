import { sqlState } from './sql-state.js';
import { isUnstorable } from './unstorable.js';

/**
 * True if PostgreSQL refused a client's value: it cannot be stored, or it violates a constraint (SQLSTATE class 23).
 */
export function isRefusedValue(error: unknown): boolean {
  return isUnstorable(error) || (sqlState(error)?.startsWith('23') ?? false);
}
