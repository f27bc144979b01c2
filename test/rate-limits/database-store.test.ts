import type pg from 'pg';
import { DatabaseStore } from '../../src/rate-limits/database-store.js';
import { Tables } from '../../src/database/tables.js';
import type { PreparedQueries } from '../../src/database/prepared-queries.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED } from '../setup/gatehouse.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
});

afterAll(() => database.drop());

/** A store with its own memory, like another instance. */
function newStore(): { store: DatabaseStore; asked: () => number } {
  let asked = 0;
  const queries = {
    async rows<Row extends pg.QueryResultRow>(statement: { name: string; text: string }, values: unknown[]) {
      asked += 1;
      return (
        await database.pool.query<Row>({ ...statement, text: new Tables().resolve(statement.text), values })
      ).rows;
    },
  };
  return { store: new DatabaseStore(queries as unknown as PreparedQueries), asked: () => asked };
}

const rule = { window: 10, max: 3 };
const age = (key: string, milliseconds: number) =>
  database.query('update rate_limits set last_request = last_request - $2 where key = $1', [
    key,
    milliseconds,
  ]);

test('two instances together let through what the rule allows, and count in one row', async () => {
  const [one, other] = [newStore().store, newStore().store];
  const verdicts = await Promise.all(
    Array.from({ length: 60 }, (_, index) => (index % 2 ? one : other).consume('parallel', rule)),
  );
  expect(verdicts.filter((verdict) => verdict === undefined)).toHaveLength(3);
  expect(new Set(verdicts)).toEqual(new Set([undefined, 10]));
  expect(await database.query(`select key, count from rate_limits where key = 'parallel'`)).toEqual([
    { key: 'parallel', count: 3 },
  ]);
});

test('parallel requests after the end of a window begin one new window', async () => {
  await newStore().store.consume('again', rule);
  await age('again', 10_000);
  const [one, other] = [newStore().store, newStore().store];
  const verdicts = await Promise.all(
    Array.from({ length: 30 }, (_, index) => (index % 2 ? one : other).consume('again', rule)),
  );
  expect(verdicts.filter((verdict) => verdict === undefined)).toHaveLength(3);
});

test('an allowed request restarts the window, and a refused one does not', async () => {
  const consume = () => newStore().store.consume('sliding', rule);
  expect(await consume()).toBeUndefined();
  await age('sliding', 9000);
  expect(await consume()).toBeUndefined();
  await age('sliding', 9000);
  expect(await consume()).toBeUndefined();
  await age('sliding', 5500);
  expect(await consume()).toBe(5);
  expect(await consume()).toBe(5);
  await age('sliding', 4500);
  expect(await consume()).toBeUndefined();
  expect(await database.query(`select count from rate_limits where key = 'sliding'`)).toEqual([{ count: 1 }]);
});

test('refuses a flood of requests without another database query', async () => {
  const { store, asked } = newStore();
  for (let index = 0; index < 4; index += 1) await store.consume('flood', rule);
  const before = asked();
  expect(await Promise.all(Array.from({ length: 100 }, () => store.consume('flood', rule)))).toEqual(
    Array<number>(100).fill(10),
  );
  expect(asked()).toBe(before);
});

test('a remembered refusal ends with its window', async () => {
  const { store } = newStore();
  const short = { window: 0.3, max: 1 };
  expect(await store.consume('short', short)).toBeUndefined();
  expect(await store.consume('short', short)).toBe(1);
  await new Promise((done) => setTimeout(done, 320));
  expect(await store.consume('short', short)).toBeUndefined();
});

test('the commit does not wait for the disk, and the setting ends with the transaction', async () => {
  const client = await database.pool.connect();
  try {
    await client.query(`set synchronous_commit = 'local'`);
    await client.query('begin');
    const store = new DatabaseStore({
      rows: async (statement: { text: string }, values: unknown[]) =>
        (await client.query(new Tables().resolve(statement.text), values)).rows,
    } as unknown as PreparedQueries);
    await store.consume('commit', rule);
    expect((await client.query('show synchronous_commit')).rows).toEqual([{ synchronous_commit: 'off' }]);
    await client.query('commit');
    expect((await client.query('show synchronous_commit')).rows).toEqual([{ synchronous_commit: 'local' }]);
  } finally {
    client.release(true);
  }
});
