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

/** Days whose beginning is kept. The times of one answer are mostly of a few days. */
const KEPT_DAYS = 4096;

/** The beginning of a day in milliseconds since 1970, by its text. NaN if the text is no date of four digits' years. */
const days = new Map<string, number>();

/**
 * Reads the common form, a year of four digits in UTC, in a third of the driver's time. A list of ten sessions has thirty
 * times.
 * @param end where the time ends in the text.
 * @returns undefined for every other form.
 */
function readInUtc(text: string, end: number): Date | undefined {
  if (end < LENGTH || end > LENGTH + FRACTION || text.charCodeAt(10) !== SPACE) return undefined;
  const date = text.slice(0, 10);
  const day = days.get(date) ?? beginningOf(date);
  const seconds = (digits(text, 11, 13) * 60 + digits(text, 14, 16)) * 60 + digits(text, 17, 19);
  const time = day + seconds * 1000 + fraction(text, end);
  return Number.isNaN(time) ? undefined : new Date(time);
}

function beginningOf(date: string): number {
  const year = digits(date, 0, 4);
  const hasForm = date[4] === '-' && date[7] === '-';
  // `Date.UTC` takes a year below 100 for one of the twentieth century.
  const day =
    hasForm && year >= 100 ? Date.UTC(year, digits(date, 5, 7) - 1, digits(date, 8, 10)) : Number.NaN;
  if (days.size >= KEPT_DAYS) days.clear();
  days.set(date, day);
  return day;
}

/** Milliseconds. PostgreSQL writes a fraction of a second without zeros at its end. */
function fraction(text: string, end: number): number {
  if (end === LENGTH) return 0;
  if (text.charCodeAt(LENGTH) !== POINT) return Number.NaN;
  const written = Math.min(end - LENGTH - 1, 3);
  return digits(text, LENGTH + 1, LENGTH + 1 + written) * (UNITS[written] ?? Number.NaN);
}

/** Milliseconds that the last of so many digits of a fraction stands for. */
const UNITS = [Number.NaN, 100, 10, 1];
const SPACE = 32;
const POINT = 46;

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
