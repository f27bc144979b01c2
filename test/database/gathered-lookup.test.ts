import type { QueryResultRow } from 'pg';
import type { Config } from '../../src/config/config.js';
import { GatheredLookup } from '../../src/database/gathered-lookup.js';
import { PreparedQueries, type PreparedQuery } from '../../src/database/prepared-queries.js';
import type { ServerDataSource } from '../../src/database/server-data-source.js';
import { Tables } from '../../src/database/tables.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';

interface Entry {
  key: string;
  value: number;
}

const ONE = { name: 'one', text: 'select key, value from entries where key = $1' };
const MANY = { name: 'many', text: 'select key, value from entries where key = any ($1::text[])' };
const OF_PARITY = 'select key, value, (value % 2)::text as parity from entries where (value % 2)::text';

class CountedQueries extends PreparedQueries {
  readonly asked: string[] = [];

  override rows<Row extends QueryResultRow>(query: PreparedQuery, values: unknown[]): Promise<Row[]> {
    this.asked.push(query.name ?? query.text);
    return super.rows<Row>(query, values);
  }
}

let database: TestDatabase;
let queries: CountedQueries;

beforeAll(async () => {
  database = await createDatabase();
  await database.query(`
    create table entries (key text primary key, value integer not null);
    insert into entries select 'key' || n, n from generate_series(1, 100) n;`);
});

beforeEach(() => {
  const dataSource = { pool: database.pool, tables: new Tables() } as ServerDataSource;
  queries = new CountedQueries(dataSource, { database: { preparedStatements: true } } as Config);
});

afterAll(() => database.drop());

const lookup = (one: PreparedQuery = ONE, many: PreparedQuery = MANY) =>
  new GatheredLookup<Entry>(queries, { one, many, keyOf: ({ key }) => key });

test('runs one statement for all lookups of one turn of the event loop, and gives each its own row', async () => {
  const entries = lookup();
  const keys = ['key3', 'key100', 'nowhere', 'key3', 'a "quoted", {braced} \\key', 'key7'];
  const found = await Promise.all(keys.map((key) => entries.find(key)));
  expect(found.map((entry) => entry?.value)).toEqual([3, 100, undefined, 3, undefined, 7]);
  expect(queries.asked).toEqual(['many']);
});

test('runs the plain statement for a single lookup', async () => {
  const entries = lookup();
  expect(await entries.find('key5')).toEqual({ key: 'key5', value: 5 });
  expect(await entries.find('nowhere')).toBeUndefined();
  expect(queries.asked).toEqual(['one', 'one']);
});

test('if the common statement fails, only the lookups fail that would have failed alone', async () => {
  const entries = lookup(
    { name: 'one_number', text: 'select key, value from entries where value = $1::integer' },
    { name: 'many_numbers', text: 'select key, value from entries where value = any ($1::integer[])' },
  );
  const found = await Promise.allSettled(['1', 'no number', '2'].map((key) => entries.find(key)));
  expect(found).toMatchObject([
    { value: { value: 1 } },
    { reason: { code: '22P02' } },
    { value: { value: 2 } },
  ]);
});

test('a key can have several rows, which keep the order of the statement', async () => {
  const parities = new GatheredLookup<Entry & { parity: string }>(queries, {
    one: { name: 'parity', text: `${OF_PARITY} = $1 and value <= $2 order by value` },
    many: { name: 'parities', text: `${OF_PARITY} = any ($1::text[]) and value <= $2 order by value` },
    keyOf: ({ parity }) => parity,
    more: () => [5],
  });
  const values = async (parity: string) => (await parities.list(parity)).map(({ value }) => value);
  expect(await Promise.all(['0', '1', '2'].map(values))).toEqual([[2, 4], [1, 3, 5], []]);
  expect(await values('1')).toEqual([1, 3, 5]);
  expect(queries.asked).toEqual(['parities', 'parity']);
});
