/** SQLSTATE of a PostgreSQL error, also if TypeORM wrapped it. */
export function sqlState(error: unknown): string | undefined {
  const { code } = databaseError(error);
  return typeof code === 'string' ? code : undefined;
}

export function violatedConstraint(error: unknown): string | undefined {
  const { constraint } = databaseError(error);
  return typeof constraint === 'string' ? constraint : undefined;
}

function databaseError(error: unknown): { code?: unknown; constraint?: unknown } {
  const { driverError } = (error ?? {}) as { driverError?: object };
  return driverError ?? error ?? {};
}
