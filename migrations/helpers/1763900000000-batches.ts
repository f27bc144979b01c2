import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { say, startProgress } from './1763900000000-progress.js';
import { giveWay, someoneWaits } from './1763900000000-throttle.js';
import { inTransaction, sqlState } from './1763900000000-transaction.js';
import type { Range, Walk } from './1763900000000-walk.js';

const FIRST_SIZE = 2000;
const SMALLEST_ADAPTED = 200;
const LARGEST = 20_000;
/** A batch's row locks and its transaction last about this long: who needs one of its rows waits no longer. */
const TARGET_MS = 200;
/** Of that while others are at work; and after each batch the database is theirs for as long as the batch took. */
const GENTLE = 1 / 8;

/** One pass over a table. */
export interface Backfill {
  readonly name: string;
  readonly table: string;
  readonly walk: Walk;
  /** Handles the rows that `range` is true of; `startedAt` is the same in every run of this backfill. */
  apply(range: Range, startedAt: string): Promise<void>;
  /** Called once when a batch fails on a unique index, before it is tried again. */
  onUniqueViolation?(): Promise<void>;
}

interface State {
  readonly cursor: string | null;
  readonly until: string | null;
  readonly started_at: string;
  readonly paused: boolean;
}

/**
 * Batches in short transactions, each with its cursor: killed at any moment, the next run goes on after the last batch
 * that was committed. A row that no statement accepts is put aside with the reason, and the rest goes on.
 * `update gatehouse_backfills set paused = true` makes it wait.
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
        say(`${backfill.name}: paused (update gatehouse_backfills set paused = false)`);
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
  progress.end();
}

function nextSize(size: number, elapsed: number, inTheWay: boolean): number {
  const wished = inTheWay ? size / 2 : (size * TARGET_MS) / Math.max(1, elapsed);
  return Math.round(Math.min(LARGEST, Math.max(SMALLEST_ADAPTED, Math.min(wished, size * 1.5))));
}

/** What a batch did, and whether others waited for its rows. */
interface Handled {
  readonly rows: number;
  readonly inTheWay: boolean;
}

async function nextBatch(
  queryRunner: QueryRunner,
  backfill: Backfill,
  { size, inUse }: { readonly size: number; readonly inUse: boolean },
): Promise<Handled | 'paused'> {
  // With a batch that a crash takes back goes its cursor: it is done again, so it need not reach the disk at once. Where
  // others wait for the disk too, each of our batches is better written by itself than several of them together.
  if (!inUse) await queryRunner.query('set local synchronous_commit to off');
  const { cursor, until, started_at, paused } = await lockState(queryRunner, backfill);
  if (paused) return 'paused';
  const end = cursor === null ? await backfill.walk.end(queryRunner) : until;
  const stretch = await backfill.walk.next(queryRunner, cursor, end, size);
  if (!stretch) return { rows: 0, inTheWay: false };
  await backfill.apply(stretch.range, started_at);
  await queryRunner.query(
    'update gatehouse_backfills set cursor = $2, until = $3, rows = rows + $4 where name = $1',
    [backfill.name, stretch.last, end, stretch.rows],
  );
  return { rows: stretch.rows, inTheWay: await someoneWaits(queryRunner) };
}

async function lockState(queryRunner: QueryRunner, { name }: Backfill): Promise<State> {
  const [state] = (await queryRunner.query(
    'select cursor, until, started_at::text, paused from gatehouse_backfills where name = $1 for update',
    [name],
  )) as State[];
  if (!state) throw new Error(`the bookkeeping of ${name} is gone`);
  return state;
}

async function quarantine(queryRunner: QueryRunner, backfill: Backfill, error: unknown): Promise<void> {
  const { cursor, until } = await lockState(queryRunner, backfill);
  const end = cursor === null ? await backfill.walk.end(queryRunner) : until;
  const row = await backfill.walk.next(queryRunner, cursor, end, 1);
  if (!row) return;
  const reason = error instanceof Error ? error.message : String(error);
  say(`${backfill.name}: row ${row.lastId} is put aside: ${reason}`);
  await queryRunner.query(
    `insert into gatehouse_quarantine (backfill, row_id, reason) values ($1, $2, $3)
     on conflict (backfill, row_id) do update set reason = excluded.reason`,
    [backfill.name, row.lastId, reason],
  );
  await queryRunner.query('update gatehouse_backfills set cursor = $2, until = $3 where name = $1', [
    backfill.name,
    row.last,
    end,
  ]);
}
