/** True for a fault that the operator can correct. Checks the name, because migrations share no code with the server. */
export function isMigrationFault(error: unknown): error is Error {
  return error instanceof Error && error.name === 'MigrationFault';
}
