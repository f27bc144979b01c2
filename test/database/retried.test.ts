import { connect } from '../../src/database/connect.js';
import type { ServerDataSource } from '../../src/database/server-data-source.js';
import { loadDatabaseConfig } from '../../src/config/config.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED } from '../setup/gatehouse.js';

let database: TestDatabase;
let dataSource: ServerDataSource;

// PostgreSQL looks for a deadlock after 1 s, so a lock is waited for longer.
const settings = () => loadDatabaseConfig({ DATABASE_URL: database.url, DATABASE_LOCK_TIMEOUT: '4' });

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  dataSource = await connect(settings(), []);
  await database.query('create table counted (id int primary key, n int not null)');
  await database.query('insert into counted values (1, 0), (2, 0)');
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

test('a transaction that PostgreSQL ended for a deadlock runs again', async () => {
  let runs = 0;
  let meet = () => {};
  const bothHaveOne = new Promise<void>((done) => (meet = done));
  const lock = (first: number, second: number) =>
    dataSource.transaction(async (manager) => {
      runs += 1;
      await manager.query('update counted set n = n + 1 where id = $1', [first]);
      if (runs === 2) meet();
      await bothHaveOne;
      await manager.query('update counted set n = n + 1 where id = $1', [second]);
    });
  await Promise.all([lock(1, 2), lock(2, 1)]);
  expect(runs).toBe(3);
  expect(await database.query('select n from counted order by id')).toEqual([{ n: 2 }, { n: 2 }]);
});

test('a single statement that PostgreSQL ended for a serialisation failure runs again', async () => {
  await database.query(
    `alter role current_user in database ${new URL(database.url).pathname.slice(1)} set default_transaction_isolation = 'serializable'`,
  );
  const serializable = await connect(settings(), []);
  await database.query('update counted set n = 0');
  const holder = await database.pool.connect();
  await holder.query('begin');
  await holder.query('update counted set n = n + 1 where id = 1');
  const waiting = serializable.query('update counted set n = n + 1 where id = 1');
  await new Promise((done) => setTimeout(done, 300));
  await holder.query('commit');
  holder.release();
  await waiting;
  expect(await database.query('select n from counted where id = 1')).toEqual([{ n: 2 }]);
  await serializable.destroy();
});
