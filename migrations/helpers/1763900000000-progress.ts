import type { QueryRunner } from 'typeorm';

const WIDTH = 24;
/** Milliseconds between two lines if there is no terminal. */
const PAUSE = 1000;
const CLEAR = '\r\u001b[K';

/** Prints one line for the operator, unless `GATEHOUSE_QUIET` is set. */
export function say(line: string): void {
  if (!process.env['GATEHOUSE_QUIET']) process.stdout.write(`${process.stdout.isTTY ? CLEAR : ''}${line}\n`);
}

/** Shows how far a backfill is: as a bar on a terminal, otherwise as one line per second. */
export class Progress {
  private readonly began = performance.now();
  private saidAt = Number.NEGATIVE_INFINITY;
  private rows = 0;

  /** @param before rows that earlier runs have processed. */
  constructor(
    private readonly what: string,
    private readonly total: number,
    private readonly before: number,
  ) {}

  advance(rows: number): void {
    this.rows += rows;
    if (process.env['GATEHOUSE_QUIET']) return;
    if (process.stdout.isTTY) process.stdout.write(`${CLEAR}${this.describe()}`);
    else if (performance.now() - this.saidAt > PAUSE) {
      this.saidAt = performance.now();
      say(this.describe());
    }
  }

  end(): void {
    const seconds = Math.round((performance.now() - this.began) / 1000);
    say(`${this.what}: done, ${this.rows} rows in ${seconds} s`);
  }

  private describe(): string {
    const done = this.before + this.rows;
    const total = Math.max(this.total, done, 1);
    const rate = this.rows / Math.max(0.001, (performance.now() - this.began) / 1000);
    const full = Math.round((WIDTH * done) / total);
    const bar = process.stdout.isTTY ? ` [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}]` : '';
    const left = Math.ceil((total - done) / Math.max(rate, 0.001));
    return `${this.what}:${bar} ${Math.floor((100 * done) / total)} %, ${done} of ${total} rows, ${Math.round(rate)} a second, ${left} s left`;
  }
}

/** Uses PostgreSQL's estimate of the table's size. Counts the rows if there is no estimate yet. */
export async function startProgress(
  queryRunner: QueryRunner,
  what: string,
  table: string,
): Promise<Progress> {
  const [size] = (await queryRunner.query(
    `select case when reltuples > 0 then reltuples::double precision else (select count(*) from ${table}) end as total,
            coalesce((select rows from gatehouse.backfills where name = $1), 0)::double precision as before
     from pg_class where oid = to_regclass($2)`,
    [what, table],
  )) as { total: number; before: number }[];
  return new Progress(what, size?.total ?? 0, size?.before ?? 0);
}
