import { CLIENT } from '../openid/certified-provider.js';
import { startOpenIdProvider, type OpenIdProvider } from '../openid/openid-provider.js';
import { tokensFor, type TokenAnswer } from '../openid/tokens.js';
import { startOracle, type Oracle } from '../oracle/oracle.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, SECRET, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, type Member } from '../setup/people.js';
import { runToEnd } from '../setup/run-to-end.js';

const ACCOUNT = 'linked';

let provider: OpenIdProvider;

beforeAll(async () => {
  provider = await startOpenIdProvider();
});

afterAll(() => provider.stop());

const NEWER = 'a newer secret that is long enough for both of the servers';

describe.each([
  ['one secret', {}],
  ['versioned secrets', { BETTER_AUTH_SECRETS: `2:${NEWER},1:${SECRET}` }],
])('tokens encrypted under %s', (_, secrets: Record<string, string>) => {
  let database: TestDatabase;
  let gatehouse: Gatehouse;
  let oracle: Oracle;
  let member: Member;
  let original: TokenAnswer;

  const environment = () => ({
    ...secrets,
    ACCOUNT_ENCRYPT_OAUTH_TOKENS: 'true',
    ACCOUNT_STORE_ACCOUNT_COOKIE: 'true',
    GITLAB_CLIENT_ID: CLIENT.id,
    GITLAB_CLIENT_SECRET: CLIENT.secret,
    GITLAB_ISSUER: provider.origin,
  });

  beforeAll(async () => {
    database = await createDatabase({ template: MIGRATED });
    [gatehouse, oracle] = await Promise.all([
      startGatehouse(environment(), database),
      startOracle(database, {
        environment: secrets,
        options: {
          account: { encryptOAuthTokens: true, storeAccountCookie: true },
          socialProviders: {
            gitlab: { clientId: CLIENT.id, clientSecret: CLIENT.secret, issuer: provider.origin },
          },
        },
      }),
    ]);
    member = await aMember(gatehouse);
    original = await tokensFor(provider, 'verified');
    await database.query(
      `insert into accounts (id, user_id, provider_id, provider_user_id, access_token, refresh_token,
                             access_token_expires_at, created_at, updated_at)
       values ($1, $2, 'gitlab', '1', $3, $4, now() + interval '1 hour', now(), now())`,
      [ACCOUNT, member.id, original.access_token, original.refresh_token],
    );
  });

  afterAll(async () => {
    await Promise.all([gatehouse.stop(), oracle.stop()]);
    await database.drop();
  });

  const encrypt = (changes: Record<string, string> = {}) =>
    runToEnd('dist/src/commands/tokens-encrypt.js', {
      environment: {
        DATABASE_URL: database.url,
        BETTER_AUTH_SECRET: SECRET,
        ...environment(),
        ...changes,
      },
    });

  async function stored() {
    const [row] = await database.query<{ access_token: string; refresh_token: string }>(
      'select access_token, refresh_token from accounts where id = $1',
      [ACCOUNT],
    );
    return row;
  }

  const accessTokenAt = async (
    server: { readonly origin: string },
    path = 'get-access-token',
    selection: object = { accountId: ACCOUNT },
  ) => {
    const client = new BrowserLikeClient(server.origin, true, member.client.cookies);
    const answer = await client.post(`/api/auth/${path}`, selection);
    return answer.json<{ accessToken: string }>().accessToken;
  };

  test('the command encrypts existing tokens, and both servers can read them', async () => {
    expect(await encrypt()).toMatchObject({
      code: 0,
      out: expect.stringContaining('Done: 2 tokens encrypted'),
    });
    expect(JSON.stringify(await stored())).not.toContain(original.access_token);
    expect(await accessTokenAt(oracle)).toBe(original.access_token);
    expect(await accessTokenAt(gatehouse)).toBe(original.access_token);
  });

  test('a second run of the command changes nothing', async () => {
    const before = await stored();
    expect(await encrypt()).toMatchObject({
      code: 0,
      out: expect.stringContaining('Done: 0 tokens encrypted'),
    });
    expect(await stored()).toEqual(before);
  });

  test('each server reads the tokens that the other stored after a refresh', async () => {
    const ours = await accessTokenAt(gatehouse, 'refresh-token');
    expect(await accessTokenAt(oracle)).toBe(ours);
    const theirs = await accessTokenAt(oracle, 'refresh-token');
    expect(theirs).not.toBe(ours);
    expect(await accessTokenAt(gatehouse)).toBe(theirs);
    expect(JSON.stringify(await stored())).not.toContain(theirs);
  });

  test('each server reads the account cookie that the other wrote after a refresh', async () => {
    const byCookie = { useAccountCookie: true };
    for (const [one, other] of [
      [oracle, gatehouse],
      [gatehouse, oracle],
    ] as const) {
      await database.query('update accounts set access_token_expires_at = now() where id = $1', [ACCOUNT]);
      member.client.cookies.delete('better-auth.account_data');
      const refreshed = await accessTokenAt(one);
      expect(member.client.cookies.get('better-auth.account_data')).toMatch(/^ey/);
      expect(refreshed).toMatch(/./);
      expect(await accessTokenAt(other, 'get-access-token', byCookie)).toBe(refreshed);
    }
  });

  test('the command leaves tokens of an unknown secret unchanged, and reports them', async () => {
    const foreign = 'ab'.repeat(60);
    await database.query('update accounts set refresh_token = $2 where id = $1', [ACCOUNT, foreign]);
    expect(await encrypt()).toMatchObject({
      code: 1,
      out: expect.stringContaining('no secret decrypts them: 1.'),
    });
    expect((await stored())?.refresh_token).toBe(foreign);
  });

  test('the command refuses to run if ACCOUNT_ENCRYPT_OAUTH_TOKENS is off, because servers could not read the tokens', async () => {
    const refused = await encrypt({ ACCOUNT_ENCRYPT_OAUTH_TOKENS: 'false' });
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('ACCOUNT_ENCRYPT_OAUTH_TOKENS') });
  });
});
