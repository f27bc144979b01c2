import { isUnstorable } from '../../src/database/unstorable.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  await database.query(
    'create table t (name varchar(5) check (name <> $$bad$$), email text unique, size int not null)',
  );
});

afterAll(() => database.drop());

const errorOf = async (statement: string, value: string): Promise<unknown> => {
  try {
    await database.query(statement, [value]);
  } catch (error) {
    return error;
  }
  throw new Error('the statement was expected to fail');
};

/** PostgreSQL can hardly compress this text, so it is too long for an index. */
const long = Array.from({ length: 5000 }, (_, n) => (n * 7919).toString(36)).join('');

test.each([
  ['a text with a NUL', 'insert into t (name, size) values ($1, 1)', 'a\0'],
  ['a text that is too long for its column', 'insert into t (name, size) values ($1, 1)', 'abcdef'],
  ['a value that violates a check', 'insert into t (name, size) values ($1, 1)', 'bad'],
  ['a text that is too long for an index', 'insert into t (email, size) values ($1, 1)', long],
  ['a text for a number', 'insert into t (size) values ($1)', 'one'],
])('%s cannot be stored', async (_, statement, value) => {
  const error = await errorOf(statement, value);
  expect(isUnstorable(error)).toBe(true);
  expect(isUnstorable(Object.assign(new Error('wrapped'), { driverError: error }))).toBe(true);
});

test('a missing value or table is not an unstorable value', async () => {
  expect(isUnstorable(await errorOf('insert into t (name) values ($1)', 'a'))).toBe(false);
  expect(isUnstorable(await errorOf('select $1 from nowhere', 'a'))).toBe(false);
  for (const other of [new Error('22021'), { code: 22021 }, undefined, null])
    expect(isUnstorable(other)).toBe(false);
});
