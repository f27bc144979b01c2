const DAY = 86_400_000;
/** Days whose text is kept. The times of one answer are mostly of a few days. */
const KEPT_DAYS = 4096;

const padded = (count: number, digits: number) =>
  Array.from({ length: count }, (_, number) => String(number).padStart(digits, '0'));
const PAIRS = padded(60, 2);
const TRIPLES = padded(1000, 3);

/** The text of a day up to the `T`, by the number of the day since 1970. */
const days = new Map<number, string>();

/**
 * The text of a time in JSON (ISO 8601), such as `2026-11-30T09:30:00.123Z`. A list of ten sessions has thirty times, and
 * `JSON.stringify` takes five times as long for each.
 * @returns null for what is no time, such as PostgreSQL's infinity.
 */
export function isoTime(time: Date): string | null {
  if (!(time instanceof Date)) return null;
  const milliseconds = time.getTime();
  if (Number.isNaN(milliseconds)) return null;
  const day = Math.floor(milliseconds / DAY);
  const date = days.get(day) ?? textOf(day, time);
  let rest = milliseconds - day * DAY;
  const fraction = rest % 1000;
  rest = (rest - fraction) / 1000;
  const seconds = rest % 60;
  rest = (rest - seconds) / 60;
  const minutes = rest % 60;
  const hours = (rest - minutes) / 60;
  return `${date}${PAIRS[hours]}:${PAIRS[minutes]}:${PAIRS[seconds]}.${TRIPLES[fraction]}Z`;
}

function textOf(day: number, time: Date): string {
  const text = time.toISOString();
  const date = text.slice(0, text.indexOf('T') + 1);
  if (days.size >= KEPT_DAYS) days.clear();
  days.set(day, date);
  return date;
}
