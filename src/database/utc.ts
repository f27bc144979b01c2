import pg from 'pg';

const TIMESTAMP = 1114;

/**
 * How our connections read values. A `timestamp` has no zone, and here it means UTC. The driver would read it in the time
 * zone of the process.
 */
export const READ_AS_UTC: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary' = 'text') =>
    (format === 'text' && READERS.get(oid)) ||
    (pg.types.getTypeParser(oid, format) as unknown)) as typeof pg.types.getTypeParser,
};

const readAnyWithZone = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => unknown;

/** Characters of a time without a fraction, such as `2026-11-30 09:30:00`. */
const LENGTH = 19;
/** Characters of the longest fraction, such as `.123456`. */
const FRACTION = 7;

const READERS: ReadonlyMap<number, (text: string) => unknown> = new Map([
  [TIMESTAMP, (text) => readInUtc(text, text.length) ?? readAnyWithoutZone(text)],
  [
    pg.types.builtins.TIMESTAMPTZ,
    (text) => (text.endsWith('+00') && readInUtc(text, text.length - 3)) || readAnyWithZone(text),
  ],
]);

const readAnyWithoutZone = (text: string): unknown =>
  readAnyWithZone(text.endsWith('infinity') ? text : text.replace(/( BC)?$/, '+00$1'));

/**
 * Reads the common form, a year of four digits in UTC, in less than half of the driver's time. A list of ten sessions has
 * thirty times.
 * @param end where the time ends in the text.
 * @returns undefined for every other form.
 */
function readInUtc(text: string, end: number): Date | undefined {
  const hasFraction = end > LENGTH;
  if (end < LENGTH || end > LENGTH + FRACTION || text[4] !== '-' || text[10] !== ' ') return undefined;
  if (hasFraction && text[LENGTH] !== '.') return undefined;
  const year = digits(text, 0, 4);
  const time = Date.UTC(
    year,
    digits(text, 5, 7) - 1,
    digits(text, 8, 10),
    digits(text, 11, 13),
    digits(text, 14, 16),
    digits(text, 17, 19),
    hasFraction ? digits(text.slice(LENGTH + 1, end).padEnd(3, '0'), 0, 3) : 0,
  );
  // `Date.UTC` takes a year below 100 for one of the twentieth century.
  return year < 100 || Number.isNaN(time) ? undefined : new Date(time);
}

/** The number that these digits write. NaN if one is no digit. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

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
