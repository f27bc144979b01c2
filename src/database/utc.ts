import pg from 'pg';

const TIMESTAMP = 1114;

/**
 * How our connections read values. A `timestamp` has no zone, and here it means UTC. The driver would read it in the time
 * zone of the process.
 */
export const READ_AS_UTC: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary' = 'text') =>
    oid === TIMESTAMP && format === 'text'
      ? readTimestamp
      : (pg.types.getTypeParser(oid, format) as unknown)) as typeof pg.types.getTypeParser,
};

const readWithZone = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => unknown;

const readTimestamp = (text: string): unknown =>
  readWithZone(text.endsWith('infinity') ? text : text.replace(/( BC)?$/, '+00$1'));

/**
 * Writes each time as text in UTC. PostgreSQL ignores the zone of such a text if the column is a `timestamp`, and reads it
 * if the column is a `timestamptz`, so both get the right time. The driver would write the time of the process's zone.
 */
export function writtenAsUtc(values: readonly unknown[]): unknown[] {
  return values.map((value) => (value instanceof Date ? textOf(value) : value));
}

function textOf(time: Date): string {
  // PostgreSQL then refuses the text, as it refuses any other value that it cannot store.
  if (Number.isNaN(time.getTime())) return 'Invalid Date';
  const text = time.toISOString();
  const year = time.getUTCFullYear();
  if (year > 0 && year < 10_000) return text;
  const rest = text.slice(text.indexOf('-', 1));
  // The year 0 of JavaScript is the year 1 BC of PostgreSQL.
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`;
}
