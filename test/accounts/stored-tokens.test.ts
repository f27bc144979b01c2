import { DataSource } from 'typeorm';
import { encryptStoredTokens } from '../../src/accounts/stored-tokens.js';
import { TokenSeal } from '../../src/accounts/token-seal.js';
import { loadConfig } from '../../src/assembly/load-config.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, SECRET } from '../setup/gatehouse.js';

/** More than two batches. */
const ACCOUNTS = 1200;

let database: TestDatabase;
let dataSource: DataSource;
let seal: TokenSeal;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  dataSource = await new DataSource({ type: 'postgres', url: database.url, poolSize: 1 }).initialize();
  seal = new TokenSeal(
    loadConfig({
      DATABASE_URL: database.url,
      BETTER_AUTH_SECRET: SECRET,
      ACCOUNT_ENCRYPT_OAUTH_TOKENS: 'true',
    }),
  );
  await database.query(
    `insert into users (id, name, email, created_at, updated_at) values ('ada', 'Ada', 'ada@example.com', now(), now())`,
  );
});

beforeEach(async () => {
  await database.query('delete from accounts');
  // Some providers issue hexadecimal tokens. These are too short to be ciphertexts.
  await database.query(
    `insert into accounts (id, user_id, provider_id, provider_user_id, access_token, refresh_token, created_at, updated_at)
     select 'a' || n, 'ada', 'gitlab', n::text, md5(n::text), case when n % 2 = 0 then 'r' || n end, now(), now()
     from generate_series(1, $1) as n`,
    [ACCOUNTS],
  );
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

async function opened() {
  const rows = await database.query<{ n: string; access_token: string; refresh_token: string | null }>(
    `select provider_user_id as n, access_token, refresh_token from accounts order by provider_user_id::integer`,
  );
  return rows.map(({ n, access_token, refresh_token }) => ({
    n,
    plain: !access_token.startsWith('$') && access_token.length < 80,
    access: seal.open(access_token),
    refresh: refresh_token === null ? null : seal.open(refresh_token),
  }));
}

test('encrypts every token, and each decrypts to its old value', async () => {
  const before = await opened();
  const result = await encryptStoredTokens(dataSource, seal, () => {});
  expect(result).toEqual({ encrypted: ACCOUNTS * 1.5, unreadable: 0 });
  expect(await opened()).toEqual(before.map((row) => ({ ...row, plain: false })));
});

test('a second run after an interruption encrypts the rest', async () => {
  const killed = encryptStoredTokens(dataSource, seal, () => {
    throw new Error('killed');
  });
  await expect(killed).rejects.toThrow('killed');
  const left = (await opened()).filter(({ plain }) => plain).length;
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(ACCOUNTS);
  await encryptStoredTokens(dataSource, seal, () => {});
  expect((await opened()).filter(({ plain }) => plain)).toEqual([]);
});

test('keeps a token that a server replaces in the meantime', async () => {
  const server = await database.pool.connect();
  await server.query('begin');
  await server.query(`update accounts set access_token = 'newer' where id = 'a1'`);
  const encrypting = encryptStoredTokens(dataSource, seal, () => {});
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await database.query(waiting)).length === 0);
  await server.query('commit');
  server.release();
  await encrypting;
  const [row] = await database.query<{ access_token: string }>(
    `select access_token from accounts where id = 'a1'`,
  );
  expect(row?.access_token).toBe('newer');
});
