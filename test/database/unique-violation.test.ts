import { isUniqueViolation } from '../../src/database/unique-violation.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  await database.query('create table t (id int primary key, email text unique, size int check (size > 0))');
  await database.query("insert into t values (1, 'a', 1)");
});

afterAll(() => database.drop());

const errorOf = async (statement: string): Promise<unknown> => {
  try {
    await database.query(statement);
  } catch (error) {
    return error;
  }
  throw new Error('the statement was expected to fail');
};

test('recognises a unique violation of any index, or only of the named index', async () => {
  const error = await errorOf("insert into t values (2, 'a', 1)");
  expect(isUniqueViolation(error)).toBe(true);
  expect(isUniqueViolation(error, 't_email_key')).toBe(true);
  expect(isUniqueViolation(error, 't_pkey')).toBe(false);
});

test('recognises a unique violation that TypeORM has wrapped', async () => {
  const driverError = await errorOf("insert into t values (1, 'b', 1)");
  expect(isUniqueViolation(Object.assign(new Error('wrapped'), { driverError }), 't_pkey')).toBe(true);
});

test('recognises no other error', async () => {
  expect(isUniqueViolation(await errorOf("insert into t values (2, 'b', 0)"))).toBe(false);
  expect(isUniqueViolation(await errorOf('select * from nowhere'))).toBe(false);
  for (const other of [new Error('23505'), undefined, null, 'text'])
    expect(isUniqueViolation(other)).toBe(false);
});
