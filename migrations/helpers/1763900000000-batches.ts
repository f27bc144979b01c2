import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { quote } from './1763900000000-catalogue.js';
import { say, startProgress } from './1763900000000-progress.js';
import { giveWay, someoneWaits } from './1763900000000-throttle.js';
import { inTransaction, sqlState } from './1763900000000-transaction.js';

const FIRST_SIZE = 2000;
const SMALLEST_ADAPTED = 200;
const LARGEST = 20_000;
/** A batch's row locks and its transaction last about this long: who needs one of its rows waits no longer. */
const TARGET_MS = 100;

/** A condition on `column`, which holds the id. */
export type Range = (column: string) => string;

/** One pass over a table by its id. */
export interface Backfill {
  readonly name: string;
  readonly table: string;
  readonly idType: string;
  /** Handles the rows whose id is in `range`; `startedAt` is the same in every run of this backfill. */
  apply(range: Range, startedAt: string): Promise<void>;
  /** Called once when a batch fails on a unique index, before it is tried again. */
  onUniqueViolation?(): Promise<void>;
}

interface State {
  readonly cursor: string | null;
  readonly started_at: string;
  readonly paused: boolean;
}

/**
 * Keyset batches in short transactions, each with its cursor: killed at any moment, the next run goes on after the
 * last batch that was committed. A row that no statement accepts is put aside with the reason, and the rest goes on.
 * `update gatehouse_backfills set paused = true` makes it wait.
 */
export async function runBackfill(queryRunner: QueryRunner, backfill: Backfill): Promise<void> {
  const progress = await startProgress(queryRunner, backfill.name, quote(backfill.table));
  let size = FIRST_SIZE;
  let recomputed = false;
  for (;;) {
    await giveWay(queryRunner, backfill.name);
    const began = performance.now();
    try {
      const handled = await inTransaction(queryRunner, backfill.name, () =>
        nextBatch(queryRunner, backfill, size),
      );
      if (handled === 'paused') {
        say(`${backfill.name}: paused (update gatehouse_backfills set paused = false)`);
        await sleep(1000);
        continue;
      }
      if (handled.rows === 0) break;
      progress.advance(handled.rows);
      recomputed = false;
      size = nextSize(size, performance.now() - began, handled.inTheWay);
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
  size: number,
): Promise<Handled | 'paused'> {
  const { cursor, started_at, paused } = await lockState(queryRunner, backfill);
  if (paused) return 'paused';
  const last = await endOfBatch(queryRunner, backfill, cursor, size);
  if (!last) return { rows: 0, inTheWay: false };
  await backfill.apply(between(backfill, cursor, last.id), started_at);
  await queryRunner.query('update gatehouse_backfills set cursor = $2, rows = rows + $3 where name = $1', [
    backfill.name,
    last.id,
    last.rows,
  ]);
  return { rows: last.rows, inTheWay: await someoneWaits(queryRunner) };
}

async function lockState(queryRunner: QueryRunner, { name }: Backfill): Promise<State> {
  const [state] = (await queryRunner.query(
    'select cursor, started_at::text, paused from gatehouse_backfills where name = $1 for update',
    [name],
  )) as State[];
  if (!state) throw new Error(`the bookkeeping of ${name} is gone`);
  return state;
}

async function endOfBatch(
  queryRunner: QueryRunner,
  { table, idType }: Backfill,
  cursor: string | null,
  size: number,
): Promise<{ id: string; rows: number } | undefined> {
  const after = cursor === null ? '' : `where id > ${literal(cursor, idType)}`;
  const [last] = (await queryRunner.query(
    `select id::text, rows::integer from (
       select id, row_number() over (order by id) as rows
       from (select id from ${quote(table)} ${after} order by id limit ${size}) as batch
     ) as counted order by rows desc limit 1`,
  )) as { id: string; rows: number }[];
  return last;
}

async function quarantine(queryRunner: QueryRunner, backfill: Backfill, error: unknown): Promise<void> {
  const { cursor } = await lockState(queryRunner, backfill);
  const row = await endOfBatch(queryRunner, backfill, cursor, 1);
  if (!row) return;
  const reason = error instanceof Error ? error.message : String(error);
  say(`${backfill.name}: row ${row.id} is put aside: ${reason}`);
  await queryRunner.query(
    `insert into gatehouse_quarantine (backfill, row_id, reason) values ($1, $2, $3)
     on conflict (backfill, row_id) do update set reason = excluded.reason`,
    [backfill.name, row.id, reason],
  );
  await queryRunner.query('update gatehouse_backfills set cursor = $2 where name = $1', [
    backfill.name,
    row.id,
  ]);
}

function between({ idType }: Backfill, cursor: string | null, last: string): Range {
  return (column) => {
    const after = cursor === null ? '' : `${column} > ${literal(cursor, idType)} and `;
    return `${after}${column} <= ${literal(last, idType)}`;
  };
}

/** Ids come from the table itself and may hold any character. */
function literal(value: string, type: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll(`'`, `''`);
  return `E'${escaped}'::${type}`;
}
