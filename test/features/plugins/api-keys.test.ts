import { createRemoteJWKSet, jwtVerify } from 'jose';
import { BrowserLikeClient, type Answer } from '../../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';
import { aMember, type Member } from '../../setup/people.js';

const LIMIT = 100;
/** Requests of a further server that may wait to be written: a twentieth of the limit. */
const OVERSHOOT = LIMIT / 20;

const VARIABLES = {
  PLUGINS: 'api-key',
  API_KEY_ENABLE_SESSION_FOR_API_KEYS: 'true',
  API_KEY_RATE_LIMIT_MAX_REQUESTS: String(LIMIT),
  SESSION_CACHE: 'true',
  RATE_LIMIT_ENABLED: 'false',
};

interface Keeper extends Member {
  readonly key: string;
  readonly keyId: string;
}

let database: TestDatabase;
let one: Gatehouse;
let other: Gatehouse;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  await migrate(database, VARIABLES);
  [one, other] = await Promise.all([
    startGatehouse(VARIABLES, database),
    startGatehouse(VARIABLES, database),
  ]);
});

afterAll(async () => {
  await Promise.all([one.stop(), other.stop()]);
  await database.drop();
});

async function aKeeper(): Promise<Keeper> {
  const member = await aMember(one);
  const made = await member.client.post('/api/auth/api-key/create', { name: 'ci' });
  const { key, id } = made.json<{ key: string; id: string }>();
  return { ...member, key, keyId: id };
}

const ask = (server: Gatehouse, { key }: Keeper, path = 'list-accounts') =>
  new BrowserLikeClient(server.origin).get(`/api/auth/${path}`, { 'x-api-key': key });

const bothWays = async (keeper: Keeper) => {
  const answers = [await ask(one, keeper), await ask(one, keeper, 'get-session')];
  return answers.map(({ status }) => status);
};

const countOf = async ({ keyId }: Keeper) => {
  const [row] = await database.query<{ request_count: number; remaining: number | null }>(
    `select request_count, remaining from api_keys where id = '${keyId}'`,
  );
  return row;
};

test('a key opens routes that only this server has, and sets no cookie', async () => {
  const keeper = await aKeeper();
  const client = new BrowserLikeClient(one.origin);
  const body = { name: 'Augusta' };
  const headers = { 'x-api-key': keeper.key };
  const answer = await client.call('/api/auth/user', { method: 'PUT', body, headers });
  expect(answer.json()).toMatchObject({ user: { id: keeper.id, name: 'Augusta' } });
  expect(answer.setCookies).toEqual([]);
});

test('a key stops at once when its owner is banned', async () => {
  const keeper = await aKeeper();
  expect(await bothWays(keeper)).toEqual([200, 200]);
  await database.query(`update users set banned = true where id = '${keeper.id}'`);
  expect(await bothWays(keeper)).toEqual([403, 403]);
  const answer = await ask(one, keeper, 'api-key/list');
  expect([answer.status, answer.json<{ code: string }>().code]).toEqual([403, 'BANNED_USER']);
  await database.query(`update users set banned = false where id = '${keeper.id}'`);
  expect(await bothWays(keeper)).toEqual([200, 200]);
});

test.each([
  ['disabled', 'update api_keys set enabled = false where id ='],
  ['expired', `update api_keys set expires_at = now() - interval '1 second' where id =`],
  ['deleted', 'delete from api_keys where id ='],
])('a key that is %s stops at once, although sessions are cached', async (_, change) => {
  const keeper = await aKeeper();
  expect(await bothWays(keeper)).toEqual([200, 200]);
  await database.query(`${change} '${keeper.keyId}'`);
  expect(await bothWays(keeper)).toEqual([401, 401]);
});

test('a JWT for a key names the user, opens nothing here, and other services accept it after the key is deleted', async () => {
  const keeper = await aKeeper();
  const { token } = (await ask(one, keeper, 'token')).json<{ token: string }>();
  await database.query(`delete from api_keys where id = '${keeper.keyId}'`);
  const keys = createRemoteJWKSet(new URL(`${one.origin}/api/auth/jwks`));
  const { payload } = await jwtVerify(token, keys);
  expect(payload).toMatchObject({ sub: keeper.id, email: keeper.email });
  expect(Number(payload.exp) - Number(payload.iat)).toBe(900);
  const answer = await new BrowserLikeClient(one.origin).get('/api/auth/list-accounts', {
    authorization: `Bearer ${token}`,
  });
  expect([answer.status, (await ask(one, keeper, 'token')).status]).toEqual([401, 401]);
});

test('an answer to a cookie is not repeated for a key', async () => {
  const [keeper, visitor] = [await aKeeper(), await aMember(one)];
  const userIn = (answer: Answer) => answer.json<{ user: { id: string } }>().user.id;
  for (let time = 0; time < 3; time++)
    expect(userIn(await visitor.client.get('/api/auth/get-session'))).toBe(visitor.id);
  const answer = await visitor.client.get('/api/auth/get-session', { 'x-api-key': keeper.key });
  expect(userIn(answer)).toBe(keeper.id);
  expect(userIn(await visitor.client.get('/api/auth/get-session'))).toBe(visitor.id);
});

test('the uses of a key are written together', async () => {
  const keeper = await aKeeper();
  await database.query(
    `update api_keys set rate_limit_max = 10000, remaining = 10000 where id = '${keeper.keyId}'`,
  );
  await ask(one, keeper);
  await database.query(
    `create table key_writes (); grant insert on key_writes to public;
     create function count_key_write() returns trigger language plpgsql as
       'begin insert into public.key_writes default values; return new; end';
     create trigger count_key_writes after update on api_keys
       for each row execute function count_key_write();`,
  );
  for (let time = 0; time < 20; time++) expect((await ask(one, keeper)).status).toBe(200);
  await keeper.client.get('/api/auth/api-key/list');
  expect(await countOf(keeper)).toEqual({ request_count: 21, remaining: 9979 });
  const [writes] = await database.query<{ count: number }>('select count(*)::int as count from key_writes');
  await database.query('drop trigger count_key_writes on api_keys');
  expect(writes?.count).toBeGreaterThan(0);
  expect(writes?.count).toBeLessThanOrEqual(10);
});

test('one server never exceeds a limit, and says when to ask again', async () => {
  const keeper = await aKeeper();
  const answers = await Promise.all(Array.from({ length: LIMIT + 20 }, () => ask(one, keeper)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(LIMIT);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(20);
  expect(refused[0]?.json()).toMatchObject({ code: 'RATE_LIMITED' });
  expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(86_000);
});

test('two servers exceed a limit by a twentieth at most', async () => {
  const keeper = await aKeeper();
  // The other server has seen the key when all of it was left, so its uses wait to be written.
  for (let time = 0; time < OVERSHOOT; time++) expect((await ask(other, keeper)).status).toBe(200);
  const answers = await Promise.all(
    Array.from({ length: LIMIT * 2 }, (_, n) => ask(n % 2 === 0 ? one : other, keeper)),
  );
  const allowed = OVERSHOOT + answers.filter(({ status }) => status === 200).length;
  expect(allowed).toBeGreaterThanOrEqual(LIMIT);
  expect(allowed).toBeLessThanOrEqual(LIMIT + OVERSHOOT);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
});

test('a server that stops writes the uses that it has counted', async () => {
  const keeper = await aKeeper();
  const third = await startGatehouse(VARIABLES, database);
  for (let time = 0; time < 4; time++) expect((await ask(third, keeper)).status).toBe(200);
  await third.stop();
  expect(await countOf(keeper)).toEqual({ request_count: 4, remaining: null });
});
