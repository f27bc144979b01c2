/** A migration throws it for what an operator can mend. Migrations share no code with the server, so its name tells it. */
export function isMigrationFault(error: unknown): error is Error {
  return error instanceof Error && error.name === 'MigrationFault';
}
