/**
 * True for a fault that the operator can correct. Checks the name, because the server does not import the migrations'
 * helpers.
 */
export function isMigrationFault(error: unknown): error is Error {
  return error instanceof Error && error.name === 'MigrationFault';
}
