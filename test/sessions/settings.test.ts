import { signValue } from '../../src/cookies/signed-value.js';
import { createDatabase } from '../setup/database.js';
import { MIGRATED, SECRET, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, aStranger, bearer } from '../setup/people.js';

const ages = { SESSION_EXPIRES_IN: '3600', SESSION_UPDATE_AGE: '60', SESSION_FRESH_AGE: '120' };

async function on(environment: Record<string, string>, work: (gatehouse: Gatehouse) => Promise<void>) {
  const gatehouse = await startGatehouse(environment);
  try {
    await work(gatehouse);
  } finally {
    await gatehouse.stop();
  }
}

/** Moves the session's times back by this number of seconds. */
const wait = ({ database }: Gatehouse, token: string, seconds: number) =>
  database.query(
    `update sessions set expires_at = expires_at - $2 * interval '1 s', created_at = created_at - $2 * interval '1 s'
      where token = $1`,
    [token, seconds],
  );

test('SESSION_EXPIRES_IN, SESSION_UPDATE_AGE and SESSION_FRESH_AGE set the times of a session', async () => {
  await on(ages, async (gatehouse) => {
    const { client, token } = await aMember(gatehouse);
    const cookie = async () => (await client.get('/api/auth/get-session')).setCookies[0];
    await wait(gatehouse, token, 50);
    expect(await cookie()).toBeUndefined();
    await wait(gatehouse, token, 20);
    expect(await cookie()).toContain('; Max-Age=3600; ');
    expect((await client.get('/api/auth/list-sessions')).status).toBe(200);
    // The extension does not make the session fresh, because freshness counts from the sign-in.
    await wait(gatehouse, token, 60);
    expect(await cookie()).toContain('; Max-Age=3600; ');
    expect((await client.get('/api/auth/list-sessions')).status).toBe(403);
    await wait(gatehouse, token, 3600);
    expect((await client.get('/api/auth/get-session')).text).toBe('null');
  });
});

test('a session lives up to 400 days, as long as browsers keep a cookie', async () => {
  await on({ SESSION_EXPIRES_IN: '34560000' }, async (gatehouse) => {
    const { client, token } = await aMember(gatehouse);
    await wait(gatehouse, token, 200_000);
    const [cookie] = (await client.get('/api/auth/get-session')).setCookies;
    expect(cookie).toContain('; Max-Age=34560000; ');
  });
});

test('an update age of 0 extends at every read, and a fresh age of 0 makes every session fresh', async () => {
  await on({ SESSION_UPDATE_AGE: '0', SESSION_FRESH_AGE: '0' }, async (gatehouse) => {
    const { client, token } = await aMember(gatehouse);
    await wait(gatehouse, token, 300_000);
    for (let read = 0; read < 2; read++) {
      expect((await client.get('/api/auth/get-session')).setCookies).toHaveLength(1);
    }
    expect((await client.get('/api/auth/list-sessions')).status).toBe(200);
  });
});

test('SESSION_DISABLE_SESSION_REFRESH prevents extensions, and settings of bearers and JWTs apply', async () => {
  const environment = {
    SESSION_DISABLE_SESSION_REFRESH: 'true',
    REQUIRE_SIGNATURE: 'true',
    DISABLE_SETTING_JWT_HEADER: 'true',
    JWT_EXPIRATION_TIME: '60',
    JWT_ISSUER: 'https://issuer.example',
    JWT_AUDIENCE: 'shop',
  };
  await on(environment, async (gatehouse) => {
    const { client, id, token } = await aMember(gatehouse);
    await wait(gatehouse, token, 500_000);
    const session = await client.get('/api/auth/get-session');
    expect(session.json()).toMatchObject({ user: { id } });
    expect(session.setCookies).toEqual([]);
    expect(session.headers['set-auth-jwt']).toBeUndefined();

    const { token: jwt } = (await client.get('/api/auth/token')).json<{ token: string }>();
    const claims = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      number
    >;
    expect(claims).toMatchObject({ sub: id, iss: 'https://issuer.example', aud: 'shop' });
    expect((claims['exp'] ?? 0) - (claims['iat'] ?? 0)).toBe(60);
    expect((await aStranger(gatehouse).get('/api/auth/token', bearer(jwt))).status).toBe(200);
    expect((await aStranger(gatehouse).get('/api/auth/token', bearer(token))).status).toBe(401);
    const signed = signValue(token, SECRET);
    expect((await aStranger(gatehouse).get('/api/auth/token', bearer(signed))).status).toBe(200);
  });
});

test('JWT_DEFINE_PAYLOAD sets the user’s fields in a JWT, in addition to the fixed claims', async () => {
  const always = ['iat', 'sub', 'sid', 'exp', 'iss', 'aud'];
  await on({ JWT_DEFINE_PAYLOAD: 'email,name' }, async (gatehouse) => {
    const { client, email, name } = await aMember(gatehouse);
    const { token } = (await client.get('/api/auth/token')).json<{ token: string }>();
    const header = String((await client.get('/api/auth/get-session')).headers['set-auth-jwt']);
    for (const jwt of [token, header]) {
      const claims = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as object;
      expect(claims).toMatchObject({ email, name });
      expect(Object.keys(claims).sort()).toEqual([...always, 'email', 'name'].sort());
    }
    expect((await aStranger(gatehouse).get('/api/auth/token', bearer(token))).status).toBe(200);
  });
});

test('a listed old secret’s cookie is accepted and signed again, a removed secret’s is refused', async () => {
  const [old, current] = ['the old one that only this test knows', 'the new one that only this test knows'];
  const database = await createDatabase({ template: MIGRATED });
  try {
    const first = await startGatehouse({ BETTER_AUTH_SECRETS: `1:${old}` }, database);
    const member = await aMember(first);
    const oldCookie = member.client.cookies.get('better-auth.session_token') ?? '';
    const port = new URL(first.origin).port;
    const oldJwt = (await member.client.get('/api/auth/token')).json<{ token: string }>().token;
    await first.stop();

    const second = await startGatehouse(
      { BETTER_AUTH_SECRETS: `2:${current},1:${old}`, PORT: port },
      database,
    );
    const answer = await member.client.get('/api/auth/get-session');
    expect(answer.json()).toMatchObject({ session: { token: member.token } });
    const newCookie = member.client.cookies.get('better-auth.session_token') ?? '';
    expect(newCookie).not.toBe(oldCookie);
    expect((await member.client.get('/api/auth/get-session')).setCookies).toEqual([]);
    // The old key can still be decrypted, so there is no new key and the old JWT stays valid.
    const { token: jwt } = (await member.client.get('/api/auth/token')).json<{ token: string }>();
    expect(jwt.split('.')[0]).toBe(oldJwt.split('.')[0]);
    expect((await aStranger(second).get('/api/auth/token', bearer(oldJwt))).status).toBe(200);
    expect(await database.query('select 1 from jwks')).toHaveLength(1);
    await second.stop();

    const third = await startGatehouse({ BETTER_AUTH_SECRETS: `2:${current}`, PORT: port }, database);
    expect((await member.client.get('/api/auth/get-session')).json()).toMatchObject({
      user: { id: member.id },
    });
    member.client.cookies.set('better-auth.session_token', oldCookie);
    expect((await member.client.get('/api/auth/get-session')).text).toBe('null');
    await third.stop();
  } finally {
    await database.drop();
  }
});
