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

  /**
   * @param total rows when the backfill began
   * @param before rows that earlier runs have processed
   */
  constructor(
    private readonly what: string,
    private readonly total: number,
    private readonly before: number,
    private readonly isEstimate = false,
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
    say(`${this.what}: done, ${this.describeRows()} in ${seconds} s`);
  }

  /**
   * Counts separately the rows that other sessions added meanwhile, and the rows that the backfill met twice because an
   * update moved them to another place in the table.
   */
  private describeRows(): string {
    const more = this.isEstimate ? 0 : this.before + this.rows - this.total;
    if (more <= 0) return `${this.rows} rows`;
    return `${Math.max(0, this.rows - more)} rows, and ${more} that were added or moved meanwhile`;
  }

  private describe(): string {
    const done = this.before + this.rows;
    const rate = this.rows / Math.max(0.001, (performance.now() - this.began) / 1000);
    const speed = `${Math.round(rate)} a second`;
    if (done > this.total) return `${this.what}: ${this.describeRows()}, ${speed}`;
    const full = Math.round((WIDTH * done) / this.total);
    const bar = process.stdout.isTTY ? ` [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}]` : '';
    const left = Math.ceil((this.total - done) / Math.max(rate, 0.001));
    const total = `${this.isEstimate ? 'about ' : ''}${this.total}`;
    return `${this.what}:${bar} ${Math.floor((100 * done) / this.total)} %, ${done} of ${total} rows, ${speed}, ${left} s left`;
  }
}

/** Rows of a table that PostgreSQL counts in less than a second. */
const QUICKLY_COUNTED = 1_000_000;

/** Counts the rows. Of a large table, uses PostgreSQL's estimate. */
export async function startProgress(
  queryRunner: QueryRunner,
  what: string,
  table: string,
): Promise<Progress> {
  const [size] = (await queryRunner.query(
    `select reltuples::double precision as estimate,
            coalesce((select rows from gatehouse.backfills where name = $1), 0)::double precision as before
     from pg_class where oid = to_regclass($2)`,
    [what, table],
  )) as { estimate: number; before: number }[];
  const { estimate = 0, before = 0 } = size ?? {};
  if (estimate > QUICKLY_COUNTED) return new Progress(what, Math.round(estimate), before, true);
  const [counted] = (await queryRunner.query(`select count(*)::double precision as total from ${table}`)) as {
    total: number;
  }[];
  return new Progress(what, counted?.total ?? 0, before);
}
