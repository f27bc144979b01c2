import { sqlState, violatedConstraint } from './sql-state.js';

/** True if a unique index refused a row (SQLSTATE 23505): any index, or the given one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return (
    sqlState(error) === '23505' && (constraint === undefined || violatedConstraint(error) === constraint)
  );
}
