import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import pg from 'pg';
import { Logger } from '../../logging/logger.js';
import { HostDatabase } from './host-database.js';

/** The fields of an API key that each use changes. */
export interface KeyRow {
  readonly id: string;
  readonly requestCount: number;
  readonly remaining: number | null;
  readonly lastRequest: Date | null;
  readonly updatedAt: Date;
}

/** The table of the API keys and the columns that each use changes. */
export interface KeyTable {
  readonly name: string;
  readonly columns: Readonly<Record<'requestCount' | 'remaining' | 'lastRequest' | 'updatedAt', string>>;
}

/** Uses of one key that are not in the database yet. */
interface Uses {
  requests: number;
  consumed: number;
  lastRequest: Date | undefined;
  updatedAt: Date;
}

/** Milliseconds after which uses are written. */
const WRITTEN_AFTER = 1000;

/** This part of what a key has left may wait to be written. Near the limit, each use is written at once. */
const WAITING_PART = 1 / 20;
const MOST_WAITING = 100;

/**
 * Counts the uses of API keys, and writes them once a second for all keys together, because a write for each request costs more
 * than the request. Of several copies of the server, each knows only its own unwritten uses. So each further copy can let
 * through at most a twentieth of a limit too much, and never more than 100 requests.
 */
@Injectable()
export class KeyUsage implements OnModuleDestroy {
  private table: KeyTable | undefined;
  private waiting = new Map<string, Uses>();
  /** What the running statement writes. It counts as unwritten until the statement has ended. */
  private writing = new Map<string, Uses>();
  private timer: NodeJS.Timeout | undefined;
  private writes: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: HostDatabase,
    private readonly logger: Logger,
  ) {}

  start(table: KeyTable): void {
    this.table = table;
  }

  /** The row as it will be when all uses of this server are written. */
  withUses<Row extends KeyRow>(row: Row): Row {
    const seen = { ...row };
    for (const uses of [this.writing.get(row.id), this.waiting.get(row.id)]) {
      if (!uses) continue;
      Object.assign(seen, {
        requestCount: seen.requestCount + uses.requests,
        remaining: seen.remaining === null ? null : Math.max(0, seen.remaining - uses.consumed),
        lastRequest: later(seen.lastRequest, uses.lastRequest),
        updatedAt: later(seen.updatedAt, uses.updatedAt),
      });
    }
    return seen;
  }

  /**
   * Counts a request of the key.
   * @returns false if the limit is so near that the database must count it.
   */
  request({ id }: KeyRow, left: number, now: Date): boolean {
    const uses = this.of(id);
    if (uses.requests >= mayWait(left)) return false;
    uses.requests += 1;
    uses.lastRequest = now;
    return true;
  }

  /** Takes one from the `remaining` uses of the key. Returns as `request` does. */
  consume({ id }: KeyRow, left: number): boolean {
    const uses = this.of(id);
    if (uses.consumed >= mayWait(left)) return false;
    uses.consumed += 1;
    return true;
  }

  /** Notes when the key was used. */
  touch(id: string, { lastRequest, updatedAt = new Date() }: { lastRequest?: Date; updatedAt?: Date }): void {
    const uses = this.of(id);
    uses.lastRequest = lastRequest ?? uses.lastRequest;
    uses.updatedAt = updatedAt;
  }

  /** Writes what waits. A statement that runs meanwhile ends first. */
  write(): Promise<void> {
    this.writes = this.writes.then(() => this.writeWaiting());
    return this.writes;
  }

  /** Like `write`, but only if uses of this key wait. */
  async writeUsesOf(id: string): Promise<void> {
    const uses = this.waiting.get(id);
    if ((uses && uses.requests + uses.consumed > 0) || this.writing.has(id)) await this.write();
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.timer);
    await this.write();
    clearTimeout(this.timer);
  }

  private of(id: string): Uses {
    const known = this.waiting.get(id);
    if (known) return known;
    const uses = { requests: 0, consumed: 0, lastRequest: undefined, updatedAt: new Date() };
    this.waiting.set(id, uses);
    this.timer ??= setTimeout(() => void this.write(), WRITTEN_AFTER).unref();
    return uses;
  }

  private async writeWaiting(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.table || this.waiting.size === 0) return;
    this.writing = this.waiting;
    this.waiting = new Map();
    try {
      await this.database.dataSource.query(statementFor(this.table), [rowsOf(this.table, this.writing)]);
      this.writing = new Map();
    } catch (error) {
      this.logger.fault(error);
      const failed = this.writing;
      this.writing = new Map();
      for (const [id, uses] of failed) this.putBack(id, uses);
    }
  }

  private putBack(id: string, failed: Uses): void {
    const uses = this.of(id);
    uses.requests += failed.requests;
    uses.consumed += failed.consumed;
    uses.lastRequest ??= failed.lastRequest;
  }
}

const mayWait = (left: number) => Math.min(MOST_WAITING, Math.floor(left * WAITING_PART));

function later<Time extends Date | null>(stored: Time, used: Date | undefined): Time | Date {
  return used !== undefined && (stored === null || used > stored) ? used : stored;
}

/** The rows of the parameter get the types of the table's columns, which a database that existed before may have chosen. */
function statementFor({ name, columns }: KeyTable): string {
  const [count, remaining, last, updated] = [
    columns.requestCount,
    columns.remaining,
    columns.lastRequest,
    columns.updatedAt,
  ].map((column) => pg.escapeIdentifier(column)) as [string, string, string, string];
  const table = pg.escapeIdentifier(name);
  return `update ${table} as k
    set ${count} = k.${count} + v.${count},
        ${remaining} = case when k.${remaining} is not null then greatest(k.${remaining} - v.${remaining}, 0) end,
        ${last} = greatest(k.${last}, v.${last}),
        ${updated} = greatest(k.${updated}, v.${updated})
   from jsonb_populate_recordset(null::${table}, $1::jsonb) as v
  where k.id = v.id`;
}

/** In the order of their ids, so that two copies of the server lock the rows in the same order. */
function rowsOf({ columns }: KeyTable, all: ReadonlyMap<string, Uses>): string {
  const rows = [...all]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, { requests, consumed, lastRequest, updatedAt }]) => ({
      id,
      [columns.requestCount]: requests,
      [columns.remaining]: consumed,
      [columns.lastRequest]: lastRequest,
      [columns.updatedAt]: updatedAt,
    }));
  return JSON.stringify(rows);
}
