import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { sparingTriggers } from './1763900000000-own-triggers.js';
import { say, startProgress } from './1763900000000-progress.js';
import { giveWay, someoneWaits } from './1763900000000-throttle.js';
import { inTransaction, sqlState } from './1763900000000-transaction.js';
import type { Range, Walk } from './1763900000000-walk.js';

const FIRST_SIZE = 2000;
const SMALLEST_ADAPTED = 200;
const LARGEST = 20_000;
/** Milliseconds that a batch should take. Nobody waits longer for a row that the batch has locked. */
const TARGET_MS = 200;
/** Share of a batch's normal size while other sessions work. The run then also pauses as long as the batch took. */
const GENTLE = 1 / 8;

/** One pass over a table. */
export interface Backfill {
  readonly name: string;
  readonly table: string;
  readonly walk: Walk;
  /**
   * Processes the rows for which `range` is true. `startedAt` stays the same when an interrupted backfill continues.
   */
  apply(range: Range, startedAt: string): Promise<void>;
  /** Called once if a batch violates a unique index. The batch is then tried again. */
  onUniqueViolation?(): Promise<void>;
}

interface State {
  readonly cursor: string | null;
  readonly until: string | null;
  readonly started_at: string;
  readonly paused: boolean;
}

/**
 * Processes the table in batches. Each batch is a short transaction that also stores the cursor, so after a kill the
 * next run continues behind the last committed batch. If PostgreSQL refuses a row even in a batch of its own, the
 * backfill lists it in `gatehouse.quarantine` and goes on. `update gatehouse.backfills set paused = true` pauses the backfill.
 */
export async function runBackfill(queryRunner: QueryRunner, backfill: Backfill): Promise<void> {
  const progress = await startProgress(queryRunner, backfill.name, quote(backfill.table));
  let size = FIRST_SIZE;
  let recomputed = false;
  for (;;) {
    const inUse = await giveWay(queryRunner, backfill.name);
    const share = inUse ? GENTLE : 1;
    const began = performance.now();
    try {
      const handled = await inTransaction(queryRunner, backfill.name, () =>
        nextBatch(queryRunner, backfill, { size: Math.ceil(size * share), inUse }),
      );
      if (handled === 'paused') {
        say(`${backfill.name}: paused. To go on: update gatehouse.backfills set paused = false`);
        await sleep(1000);
        continue;
      }
      if (handled.rows === 0) break;
      progress.advance(handled.rows);
      recomputed = false;
      const elapsed = performance.now() - began;
      size = nextSize(size, elapsed / share, handled.inTheWay);
      if (inUse) await sleep(Math.min(elapsed, TARGET_MS));
    } catch (error) {
      const state = sqlState(error) ?? '';
      if (!/^(22|23|P0)/.test(state)) throw error;
      if (state === '23505' && backfill.onUniqueViolation && !recomputed) {
        await backfill.onUniqueViolation();
        recomputed = true;
      } else if (size > 1) {
        size = Math.ceil(size / 8);
      } else {
        await inTransaction(queryRunner, backfill.name, () => quarantine(queryRunner, backfill, error));
      }
    }
  }
  await queryRunner.query('update gatehouse.backfills set finished_at = clock_timestamp() where name = $1', [
    backfill.name,
  ]);
  progress.end();
}

function nextSize(size: number, elapsed: number, inTheWay: boolean): number {
  const wished = inTheWay ? size / 2 : (size * TARGET_MS) / Math.max(1, elapsed);
  return Math.round(Math.min(LARGEST, Math.max(SMALLEST_ADAPTED, Math.min(wished, size * 1.5))));
}

/** Rows that a batch processed, and whether another session waited for one of them. */
interface Handled {
  readonly rows: number;
  readonly inTheWay: boolean;
}

async function nextBatch(
  queryRunner: QueryRunner,
  backfill: Backfill,
  { size, inUse }: { readonly size: number; readonly inUse: boolean },
): Promise<Handled | 'paused'> {
  // Does not wait for the disk: a crash that loses a batch loses its cursor too, so the next run repeats the batch. While
  // other sessions work, it waits, because many small writes delay their commits less than a few large ones.
  if (!inUse) await queryRunner.query('set local synchronous_commit to off');
  const { cursor, until, started_at, paused } = await lockState(queryRunner, backfill);
  if (paused) return 'paused';
  const end = cursor === null ? await backfill.walk.end(queryRunner) : until;
  const stretch = await backfill.walk.next(queryRunner, cursor, end, size);
  if (!stretch) return { rows: 0, inTheWay: false };
  await sparingTriggers(queryRunner, quote(backfill.table), () => backfill.apply(stretch.range, started_at));
  await queryRunner.query(
    'update gatehouse.backfills set cursor = $2, until = $3, rows = rows + $4 where name = $1',
    [backfill.name, stretch.last, end, stretch.rows],
  );
  return { rows: stretch.rows, inTheWay: await someoneWaits(queryRunner) };
}

async function lockState(queryRunner: QueryRunner, { name }: Backfill): Promise<State> {
  const [state] = (await queryRunner.query(
    'select cursor, until, started_at::text, paused from gatehouse.backfills where name = $1 for update',
    [name],
  )) as State[];
  if (!state) throw new Error(`gatehouse.backfills has no row for "${name}"`);
  return state;
}

async function quarantine(queryRunner: QueryRunner, backfill: Backfill, error: unknown): Promise<void> {
  const { cursor, until } = await lockState(queryRunner, backfill);
  const end = cursor === null ? await backfill.walk.end(queryRunner) : until;
  const row = await backfill.walk.next(queryRunner, cursor, end, 1);
  if (!row) return;
  const reason = error instanceof Error ? error.message : String(error);
  say(`${backfill.name}: row ${row.lastId} failed and is listed in gatehouse.quarantine: ${reason}`);
  await queryRunner.query(
    `insert into gatehouse.quarantine (backfill, row_id, reason) values ($1, $2, $3)
     on conflict (backfill, row_id) do update set reason = excluded.reason`,
    [backfill.name, row.lastId, reason],
  );
  await queryRunner.query('update gatehouse.backfills set cursor = $2, until = $3 where name = $1', [
    backfill.name,
    row.last,
    end,
  ]);
}
