import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { SIDES, otherSide, signUp, startTwoServers, type Side, type TwoServers } from './two-servers.js';

/** The server that is asked first makes the key. */
describe.each(SIDES)('a key made by %s', (first) => {
  let servers: TwoServers;

  beforeAll(async () => {
    servers = await startTwoServers();
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
    expect(mine.keys[0]).toMatchObject({ alg: 'ES256', kty: 'EC', crv: 'P-256' });
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
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: (await keysOf(issuer)).keys[0]?.kid });
    expect(await servers.database.query('select id from jwks')).toHaveLength(1);
  });
});
