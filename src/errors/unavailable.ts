/** What an operator reads when the database cannot serve a request, by SQLSTATE. */
const STATES: Readonly<Record<string, string>> = {
  '25006': 'the database is read-only',
  '26000': 'a pooler lost a prepared statement: set DATABASE_PREPARED_STATEMENTS=false',
  '42P05': 'a pooler shares prepared statements: set DATABASE_PREPARED_STATEMENTS=false',
  '40001': 'transactions disturbed each other again and again',
  '40P01': 'transactions blocked each other again and again',
  '53000': 'the database has no resources left',
  '53100': 'the disk of the database is full',
  '53200': 'the database has no memory left',
  '53300': 'the database has no free connection',
  '55P03': 'a row was locked for too long',
  '57014': 'a statement took too long',
  '57P01': 'the database is shutting down',
  '57P02': 'the database crashed',
  '57P03': 'the database is starting up or shutting down',
  '57P05': 'the database closed an idle connection',
  '25P03': 'the database ended a transaction in which nothing happened',
  '58030': 'the database cannot read or write its files',
};

export const NO_CONNECTION = 'the database does not answer';

/** Codes of Node for a connection that cannot be made or is lost. */
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** The driver has no codes for these. */
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/^timeout exceeded when trying to connect$/, 'no connection to the database became free in time'],
  [
    /^Connection terminated|^Client has encountered a connection error|^Client was closed|^Driver not Connected$|after calling end on the pool$/,
    NO_CONNECTION,
  ],
];

/** The server itself refuses to start work that it cannot finish in time. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';

  /** @param detail for the operator who starts a program. Clients may see the message, but not this. */
  constructor(
    message: string,
    readonly detail?: string,
  ) {
    super(message);
  }
}

/**
 * Why the database cannot serve a request now, although the request may be in order. Undefined for every other error.
 * Knows the errors of the driver, and those of TypeORM around them.
 */
export function unavailability(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { driverError } = error as { driverError?: unknown };
  const fault = driverError instanceof Error ? driverError : error;
  if (fault instanceof Unavailable) return fault.message;
  const { code, errors } = fault as { code?: unknown; errors?: { code?: unknown }[] };
  const first = code ?? errors?.[0]?.code;
  const known = typeof first === 'string' ? first : '';
  // Class 08: connection exceptions. Class 53: insufficient resources.
  if (/^08...$/.test(known)) return NO_CONNECTION;
  if (known in STATES) return STATES[known];
  if (/^53...$/.test(known)) return STATES['53000'];
  if (NETWORK.has(known)) return NO_CONNECTION;
  return MESSAGES.find(([pattern]) => pattern.test(fault.message))?.[1];
}

/** True if the same transaction may succeed at the next try (PostgreSQL, "Serialization Failure Handling"). */
export function isWorthARetry(error: unknown): boolean {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  const state = driverError?.code ?? code;
  return state === '40001' || state === '40P01';
}
