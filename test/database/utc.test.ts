import { READ_AS_UTC, writtenAsUtc } from '../../src/database/utc.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import pg from 'pg';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.url, types: READ_AS_UTC });
  await client.connect();
  await client.query(`set timezone to 'America/New_York'`);
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

const TIMES = [
  new Date('2026-07-01T12:34:56.789Z'),
  new Date('1970-01-01T00:00:00Z'),
  new Date('0099-03-01T00:00:00Z'),
  new Date('+012026-07-01T12:34:56.789Z'),
  new Date('-000043-03-15T10:00:00Z'),
];

describe.each(['timestamp', 'timestamptz'])('a %s', (type) => {
  test.each(TIMES)('has the time %p that was written, in any time zone of the session', async (time) => {
    const text = `select $1::${type} as time, date_part('epoch', $1::${type}) as epoch`;
    const { rows } = await client.query<{ time: Date; epoch: number }>(text, writtenAsUtc([time]));
    expect(rows).toEqual([{ time, epoch: time.getTime() / 1000 }]);
  });

  test('can be infinite', async () => {
    const { rows } = await client.query(`select '-infinity'::${type} as a, 'infinity'::${type} as b`);
    expect(rows).toEqual([{ a: -Infinity, b: Infinity }]);
  });

  test('refuses an invalid time as an unstorable value', async () => {
    const values = writtenAsUtc([new Date(NaN)]);
    await expect(client.query(`select $1::${type}`, values)).rejects.toMatchObject({ code: '22007' });
  });
});

test('values other than times are sent as they are', () => {
  const values = ['text', 1, null, undefined, ['a'], Buffer.from('b')];
  expect(writtenAsUtc(values)).toEqual(values);
});
