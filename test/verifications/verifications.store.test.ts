import type { ServerDataSource } from '../../src/database/server-data-source.js';
import { loadConfig } from '../../src/assembly/load-config.js';
import { sha256Base64Url } from '../../src/crypto/sha256.js';
import { connect } from '../../src/database/connect.js';
import { Verification } from '../../src/verifications/verification.entity.js';
import { RowHooks } from '../../src/database/row-hooks.js';
import { RowIds } from '../../src/database/row-ids.js';
import { VerificationsStore } from '../../src/verifications/verifications.store.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, SECRET } from '../setup/gatehouse.js';

let database: TestDatabase;
let dataSource: ServerDataSource;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  dataSource = await connect(configOf().database, [Verification]);
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

beforeEach(() => database.query('delete from verifications'));

const configOf = (environment = {}) =>
  loadConfig({ DATABASE_URL: database.url, BETTER_AUTH_SECRET: SECRET, ...environment });

const storeWith = (environment = {}) =>
  new VerificationsStore(
    dataSource,
    new RowIds(dataSource, configOf()),
    new RowHooks(),
    configOf(environment),
  );

const identifiers = async () =>
  (await database.query('select identifier from verifications order by created_at')).map(
    (row) => row['identifier'] as string,
  );

test('a value can be found until it is consumed', async () => {
  const store = storeWith();
  await store.add('purpose:1', 'value', 60);
  expect([await store.find('purpose:1'), await store.find('purpose:1')]).toEqual(['value', 'value']);
  expect(await store.consume('purpose:1')).toBe('value');
  expect([await store.find('purpose:1'), await store.consume('purpose:1')]).toEqual([undefined, undefined]);
});

test('exactly one of several parallel consumers gets the value', async () => {
  const store = storeWith();
  await store.add('purpose:1', 'value', 60);
  const values = await Promise.all(Array.from({ length: 20 }, () => store.consume('purpose:1')));
  expect(values.filter((value) => value === 'value')).toHaveLength(1);
});

test('a consumer whose transaction fails consumes nothing', async () => {
  const store = storeWith();
  await store.add('purpose:1', 'value', 60);
  const failing = dataSource.transaction(async (manager) => {
    expect(await store.consume('purpose:1', manager)).toBe('value');
    throw new Error('something else failed');
  });
  await expect(failing).rejects.toThrow('something else failed');
  expect(await store.consume('purpose:1')).toBe('value');
});

test('an expired value is not returned, and consuming it deletes its row', async () => {
  const store = storeWith();
  await store.add('purpose:1', 'value', -1);
  expect(await store.consume('purpose:1')).toBeUndefined();
  expect(await identifiers()).toEqual([]);
});

test('the newest row counts, and consuming it deletes the others', async () => {
  const store = storeWith();
  await store.add('purpose:1', 'old', 60);
  await database.query(`update verifications set created_at = now() - interval '1 minute'`);
  await store.add('purpose:1', 'new', 60);
  expect(await store.find('purpose:1')).toBe('new');
  expect(await store.consume('purpose:1')).toBe('new');
  expect(await identifiers()).toEqual([]);
});

test('a lookup deletes expired rows, unless cleanup is disabled', async () => {
  const store = storeWith();
  await store.add('purpose:old', 'value', -1);
  await store.add('purpose:new', 'value', 60);
  await storeWith({ VERIFICATION_DISABLE_CLEANUP: 'true' }).find('purpose:none');
  expect(await identifiers()).toEqual(['purpose:old', 'purpose:new']);
  await store.find('purpose:none');
  expect(await identifiers()).toEqual(['purpose:new']);
});

test('with hashing, the table contains no token, and older plain rows still work', async () => {
  await storeWith().add('purpose:before', 'plain', 60);
  const store = storeWith({ VERIFICATION_STORE_IDENTIFIER: 'hashed' });
  await store.add('purpose:1', 'value', 60);
  expect(await identifiers()).toEqual(['purpose:before', sha256Base64Url('purpose:1')]);
  expect([await store.find('purpose:1'), await store.find('purpose:before')]).toEqual(['value', 'plain']);
  expect([await store.consume('purpose:1'), await store.consume('purpose:before')]).toEqual([
    'value',
    'plain',
  ]);
});

test('without hashing, a hash from the table is not accepted as a token', async () => {
  await storeWith({ VERIFICATION_STORE_IDENTIFIER: 'hashed' }).add('purpose:1', 'value', 60);
  expect(await storeWith().find('purpose:1')).toBeUndefined();
});

test('an identifier can be reserved once, also by parallel callers', async () => {
  const store = storeWith();
  const got = await Promise.all(Array.from({ length: 10 }, () => store.reserve('purpose:1', 60)));
  expect(got.filter(Boolean)).toHaveLength(1);
  expect(await store.reserve('purpose:1', 60)).toBe(false);
  expect(await store.reserve('purpose:2', 60)).toBe(true);
});

test('an identifier that cannot be stored is not found', async () => {
  const store = storeWith();
  expect([await store.find('purpose:\0'), await store.consume('purpose:\0')]).toEqual([undefined, undefined]);
});
