import { sqlState } from './sql-state.js';
import { isUnstorable } from './unstorable.js';

/** Whether PostgreSQL refused a row for what a client sent: a value it cannot store, or one that breaks a constraint (class 23). */
export function isRefusedValue(error: unknown): boolean {
  return isUnstorable(error) || (sqlState(error)?.startsWith('23') ?? false);
}
