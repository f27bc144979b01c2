import type { DBAdapter } from '@better-auth/core/db/adapter';
import type { KeyRow, KeyUsage } from './key-usage.js';

/** The plugin's name of the table. */
export const KEY_MODEL = 'apikey';

type Increment = Parameters<DBAdapter['incrementOne']>[0];
type Update = Parameters<DBAdapter['update']>[0];
type Asked = Pick<Increment, 'model' | 'where'>;

/** The columns that a use changes besides the counters. */
const TIMES: ReadonlySet<string> = new Set(['lastRequest', 'updatedAt']);

/** The library's adapter for the check of one API key, with uses that are counted here and written later. */
export class CountingAdapter {
  /** The row of the key as this request sees it. */
  row: KeyRow | undefined;

  constructor(
    private readonly adapter: DBAdapter,
    private readonly usage: KeyUsage,
  ) {}

  /** An object with everything of the library's adapter, except that it counts here. */
  inPlace(): DBAdapter {
    const counting = Object.create(this.adapter) as DBAdapter;
    return Object.assign(counting, {
      findOne: async (asked: Parameters<DBAdapter['findOne']>[0]) =>
        this.seen(asked, await this.adapter.findOne<unknown>(asked)),
      incrementOne: (asked: Increment) => this.increment(asked),
      update: (asked: Update) => this.update(asked),
    });
  }

  private async increment(asked: Increment): Promise<unknown> {
    const row = this.rowOf(asked);
    if (!row) return this.adapter.incrementOne(asked);
    const counted = this.counted(row, asked);
    if (counted) return (this.row = counted);
    await this.usage.writeUsesOf(row.id);
    return this.seen(asked, await this.adapter.incrementOne(asked));
  }

  /** @returns the row after this use; undefined if the database must count it. */
  private counted(row: KeyRow, { increment, set, where }: Increment): KeyRow | undefined {
    if (increment['remaining'] === -1 && row.remaining !== null && row.remaining > 0)
      return this.usage.consume(row, row.remaining) ? { ...row, remaining: row.remaining - 1 } : undefined;
    const limit = where.find(({ field, operator }) => field === 'requestCount' && operator === 'lt')?.value;
    const now = set?.['lastRequest'];
    if (increment['requestCount'] !== 1 || typeof limit !== 'number' || !(now instanceof Date))
      return undefined;
    const { requestCount } = row;
    return this.usage.request(row, limit - requestCount, now)
      ? { ...row, requestCount: requestCount + 1, lastRequest: now }
      : undefined;
  }

  private async update(asked: Update): Promise<unknown> {
    const row = this.rowOf(asked);
    const changes = asked.update as Partial<Record<'lastRequest' | 'updatedAt', Date>>;
    if (!row || !Object.keys(changes).every((field) => TIMES.has(field))) return this.adapter.update(asked);
    this.usage.touch(row.id, changes);
    return (this.row = { ...row, ...changes });
  }

  private seen({ model }: Asked, row: unknown): unknown {
    if (model !== KEY_MODEL || !row) return row;
    return (this.row = this.usage.withUses(row as KeyRow));
  }

  private rowOf({ model, where }: Asked): KeyRow | undefined {
    const { row } = this;
    const isAsked =
      model === KEY_MODEL && where.some(({ field, value }) => field === 'id' && value === row?.id);
    return isAsked ? row : undefined;
  }
}
