import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import type { Algorithm } from '../../src/features/jwt/signing-key.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { startGatehouse } from '../setup/gatehouse.js';
import { bearer } from '../setup/people.js';
import { SIDES, otherSide, signUp, startTwoServers, type Side, type TwoServers } from './two-servers.js';

const CASES: readonly (readonly [alg: Algorithm, first: Side])[] = [
  ['ES256', 'gatehouse'],
  ['ES256', 'oracle'],
  ['EdDSA', 'gatehouse'],
  ['EdDSA', 'oracle'],
  ['ES512', 'oracle'],
  ['PS256', 'gatehouse'],
  ['RS256', 'oracle'],
];

/** The server that is asked first makes the key. */
describe.each(CASES)('a key for %s made by %s', (alg, first) => {
  let servers: TwoServers;

  beforeAll(async () => {
    servers = await startTwoServers({
      environment: { JWKS_KEY_PAIR_CONFIG_ALG: alg },
      options: { jwt: { jwks: { keyPairConfig: { alg } } } },
    });
    await keysOf(first);
  });

  afterAll(() => servers.stop());

  async function keysOf(side: Side): Promise<JSONWebKeySet> {
    const answer = await new BrowserLikeClient(servers[side].origin).get('/api/auth/jwks');
    expect(answer.status).toBe(200);
    return answer.json<JSONWebKeySet>();
  }

  test('is the only key, and both servers publish it', async () => {
    const [mine, theirs] = [await keysOf(first), await keysOf(otherSide(first))];
    expect(theirs).toEqual(mine);
    expect(mine.keys).toHaveLength(1);
    expect(mine.keys[0]).toMatchObject({ alg });
  });

  test.each(SIDES)('signs the JWTs of %s, and the other server’s key set verifies them', async (issuer) => {
    const visitor = servers.visitor();
    await signUp(visitor[issuer], `${first}-${issuer}@example.com`);
    const { token } = (await visitor[issuer].get('/api/auth/token')).json<{ token: string }>();
    const keys = createLocalJWKSet(await keysOf(otherSide(issuer)));
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: servers[issuer].origin,
      audience: servers[issuer].origin,
    });
    expect(payload).toMatchObject({ email: `${first}-${issuer}@example.com`, name: 'Ada' });
    expect(protectedHeader).toEqual({ alg, kid: (await keysOf(issuer)).keys[0]?.kid });
    expect(await servers.database.query('select id from jwks')).toHaveLength(1);
  });

  test('signs JWTs that open guarded routes of Gatehouse, and not if somebody changed them', async () => {
    const visitor = servers.visitor();
    await signUp(visitor.gatehouse, `${first}-guarded@example.com`);
    const { token } = (await visitor.gatehouse.get('/api/auth/token')).json<{ token: string }>();
    const [header, claims, signature = ''] = token.split('.');
    const changed = [header, claims, signature.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A'))];
    const stranger = new BrowserLikeClient(servers.gatehouse.origin);
    const statusWith = async (jwt: string) =>
      (await stranger.get('/api/auth/list-sessions', bearer(jwt))).status;
    expect([await statusWith(token), await statusWith(changed.join('.'))]).toEqual([200, 401]);
  });
});

test('after a change of the algorithm, JWTs with the former key stay valid', async () => {
  const before = await startTwoServers();
  const ada = before.visitor().gatehouse;
  await signUp(ada, 'ada@example.com');
  const { token } = (await ada.get('/api/auth/token')).json<{ token: string }>();
  const after = await startGatehouse(
    { JWKS_KEY_PAIR_CONFIG_ALG: 'EdDSA', BETTER_AUTH_URL: before.gatehouse.origin },
    before.database,
  );
  const stranger = new BrowserLikeClient(after.origin);
  expect((await stranger.get('/api/auth/list-sessions', bearer(token))).status).toBe(200);
  const { keys } = (await stranger.get('/api/auth/jwks')).json<JSONWebKeySet>();
  expect(keys.map(({ alg }) => alg)).toEqual(['EdDSA', 'ES256']);
  await after.stop();
  await before.stop();
});
