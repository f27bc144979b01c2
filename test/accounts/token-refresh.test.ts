import { CLIENT } from '../openid/certified-provider.js';
import { startOpenIdProvider, type OpenIdProvider } from '../openid/openid-provider.js';
import { tokensFor } from '../openid/tokens.js';
import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, type Member } from '../setup/people.js';

const ACCOUNT = 'linked';

let provider: OpenIdProvider;
let one: Gatehouse;
let two: Gatehouse;
let member: Member;

beforeAll(async () => {
  provider = await startOpenIdProvider();
  const environment = {
    GITLAB_CLIENT_ID: CLIENT.id,
    GITLAB_CLIENT_SECRET: CLIENT.secret,
    GITLAB_ISSUER: provider.origin,
    PROVIDER_TIMEOUT: '4',
    // Fewer than the requests that wait, so a waiting request must not hold a connection.
    DATABASE_POOL_SIZE: '3',
  };
  one = await startGatehouse(environment);
  two = await startGatehouse(environment, one.database);
});

afterAll(async () => {
  await two.stop();
  await one.stop();
  await provider.stop();
});

beforeEach(async () => {
  member = await aMember(one);
  const { access_token, refresh_token } = await tokensFor(provider, 'verified');
  await one.database.query(
    `insert into accounts (id, user_id, provider_id, provider_user_id, access_token, refresh_token,
                           access_token_expires_at, created_at, updated_at)
     values ($1, $2, 'gitlab', '1', $3, $4, now() - interval '1 minute', now(), now())`,
    [ACCOUNT, member.id, access_token, refresh_token],
  );
});

afterEach(async () => {
  provider.mend();
  await one.database.query('delete from accounts where id = $1', [ACCOUNT]);
});

async function stored() {
  const [row] = await one.database.query<Record<string, string>>(
    `select access_token, refresh_token, token_type, expires_at,
            floor(extract(epoch from access_token_expires_at))::text as seconds
     from accounts where id = $1`,
    [ACCOUNT],
  );
  return row;
}

function ask(path: 'get-access-token' | 'refresh-token', at = one): Promise<Answer> {
  const client = new BrowserLikeClient(at.origin, true, member.client.cookies);
  return client.post(`/api/auth/${path}`, { accountId: ACCOUNT });
}

/** Sends 10 requests to each of the two instances. */
const twenty = (path: 'get-access-token' | 'refresh-token') =>
  Array.from({ length: 20 }, (_, index) => ask(path, index % 2 === 0 ? one : two));

/** The provider receives requests but does not answer until `release` is called. */
function holdProvider(): { asked: () => Promise<void>; release: () => void } {
  const before = provider.refreshes();
  let release = () => {};
  const until = new Promise<void>((done) => (release = done));
  provider.faults.set('token', { kind: 'held', until });
  return {
    async asked() {
      while (provider.refreshes() === before) await look();
    },
    release: () => release(),
  };
}

/** Waits until both instances have read the account for the 20 requests, because later requests take the same way. */
async function haveThemAll(): Promise<void> {
  for (const at of [one, two, one, two, one, two]) {
    const client = new BrowserLikeClient(at.origin, true, member.client.cookies);
    expect((await client.get('/api/auth/list-accounts')).status).toBe(200);
  }
}

const look = () => new Promise((next) => setTimeout(next, 10));

test.each(['get-access-token', 'refresh-token'] as const)(
  '20 requests to %s at two instances cause 1 refresh at the provider, and all get the new token',
  async (path) => {
    const before = provider.refreshes();
    const held = holdProvider();
    const asking = twenty(path);
    await held.asked();
    await haveThemAll();
    held.release();
    const answers = await Promise.all(asking);
    const tokens = answers.map(({ status, text }) => `${status} ${JSON.parse(text).accessToken}`);
    expect(new Set(tokens)).toEqual(new Set([`200 ${(await stored())?.['access_token']}`]));
    expect(provider.refreshes() - before).toBe(1);
    // Fails if an old refresh token was used twice, because the provider then revokes all tokens.
    expect((await ask('refresh-token', two)).status).toBe(200);
  },
);

test('answers other requests while 20 wait for the provider', async () => {
  const held = holdProvider();
  const asking = twenty('refresh-token');
  await held.asked();
  expect((await member.client.get('/api/auth/list-accounts')).status).toBe(200);
  held.release();
  await Promise.all(asking);
});

test('writes expires_at, access_token_expires_at and token_type together', async () => {
  expect((await ask('refresh-token')).status).toBe(200);
  const row = await stored();
  expect(row?.['expires_at']).toBe(row?.['seconds']);
  expect(Number(row?.['expires_at'])).toBeGreaterThan(Date.now() / 1000 + 3000);
  expect(row?.['token_type']).toBe('Bearer');
});

test('refreshes by expires_at, even if another program wrote it', async () => {
  const seconds = Math.floor(Date.now() / 1000) + 3600;
  await one.database.query('update accounts set expires_at = $2 where id = $1', [ACCOUNT, seconds]);
  const before = provider.refreshes();
  const answer = await ask('get-access-token');
  expect(answer.json()).toMatchObject({ accessTokenExpiresAt: new Date(seconds * 1000).toISOString() });
  expect(provider.refreshes()).toBe(before);
});

test('stores a late answer of the provider, because the old refresh token is used up', async () => {
  const held = holdProvider();
  const before = await stored();
  expect((await ask('refresh-token')).json()).toMatchObject({ code: 'FAILED_TO_REFRESH_ACCESS_TOKEN' });
  held.release();
  while ((await stored())?.['access_token'] === before?.['access_token']) await look();
  provider.mend();
  expect((await ask('refresh-token', two)).status).toBe(200);
});

test('an instance that died during a refresh blocks the others only until its row expires', async () => {
  await one.database.query(
    `insert into gatehouse.token_refreshes values ($1, 'somebody dead', now() + interval '500 milliseconds')`,
    [ACCOUNT],
  );
  expect((await ask('get-access-token')).status).toBe(200);
});

test('a refresh does not bring back an account that is unlinked in the meantime', async () => {
  const held = holdProvider();
  const asking = ask('refresh-token');
  await held.asked();
  expect((await member.client.post('/api/auth/unlink-account', { accountId: ACCOUNT })).status).toBe(200);
  held.release();
  expect((await asking).json()).toMatchObject({ code: 'ACCOUNT_NOT_FOUND' });
  expect(await stored()).toBeUndefined();
});

test('logs that the provider refused, without the token', async () => {
  await one.database.query(`update accounts set refresh_token = 'not-one-of-yours' where id = $1`, [ACCOUNT]);
  expect((await ask('get-access-token')).json()).toMatchObject({ code: 'FAILED_TO_GET_ACCESS_TOKEN' });
  await one.told('refreshing a token at gitlab failed: status 400, invalid_grant');
  expect(one.log()).not.toContain('not-one-of-yours');
});
