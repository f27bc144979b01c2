import { sqlState, violatedConstraint } from './sql-state.js';

/** Whether PostgreSQL refused a row because of a unique index (SQLSTATE 23505), of any name or of the one given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return (
    sqlState(error) === '23505' && (constraint === undefined || violatedConstraint(error) === constraint)
  );
}
