import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aMember } from '../../setup/people.js';

const MODULES = './test/conformance/modules';

describe('with hooks that give a request a session, and the session cache', () => {
  let gatehouse: Gatehouse;

  beforeAll(async () => {
    gatehouse = await startGatehouse({ PLUGINS: `${MODULES}/changing-hooks.mjs`, SESSION_CACHE: 'true' });
  });

  afterAll(() => gatehouse.stop());

  const ask = async (path: string, headers: Record<string, string>) =>
    fetch(`${gatehouse.origin}/api/auth/${path}`, { headers });

  test('the answer to one client is not repeated to another with the same cookies', async () => {
    const { token, email } = await aMember(gatehouse);
    const cookie = 'theme=dark';
    for (let time = 0; time < 3; time += 1) {
      const own = await ask('get-session', { cookie, 'x-cookie-of': token });
      expect(await own.json()).toMatchObject({ user: { email } });
      expect(await (await ask('get-session', { cookie })).json()).toBeNull();
    }
  });

  test('a session that has ended opens nothing', async () => {
    const { id, token } = await aMember(gatehouse);
    expect((await ask('list-sessions', { 'x-session-of': token })).status).toBe(200);
    await gatehouse.database.query(
      `update sessions set expires_at = now() - interval '1 second' where user_id = $1`,
      [id],
    );
    expect((await ask('list-sessions', { 'x-session-of': token })).status).toBe(401);
  });

  test('the session of the hook comes before that of the client', async () => {
    const [ada, grace] = [await aMember(gatehouse), await aMember(gatehouse)];
    const authorization = `Bearer ${ada.token}`;
    const answer = await ask('list-sessions', { authorization, 'x-session-of': grace.token });
    expect(await answer.json()).toMatchObject([{ userId: grace.id }]);
  });

  test('the session of a banned user opens nothing', async () => {
    const { id, token } = await aMember(gatehouse);
    await gatehouse.database.query('update users set banned = true where id = $1', [id]);
    expect((await ask('list-sessions', { 'x-session-of': token })).status).toBe(401);
  });
});

describe('with a plugin that answers get-session', () => {
  let gatehouse: Gatehouse;

  beforeAll(async () => {
    gatehouse = await startGatehouse({
      PLUGINS: `${MODULES}/replacing-plugins.mjs`,
      SESSION_CACHE: 'true',
      SESSION_COOKIE_CACHE_ENABLED: 'true',
    });
  });

  afterAll(() => gatehouse.stop());

  test('a client with a JWT gets no cookie with the token of the session', async () => {
    const { email, password } = await aMember(gatehouse);
    const signedIn = await new BrowserLikeClient(gatehouse.origin).post('/api/auth/login', {
      email,
      password,
    });
    const { accessToken } = signedIn.json<{ accessToken: string }>();
    const answer = await fetch(`${gatehouse.origin}/api/auth/get-session`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(await answer.json()).toMatchObject({ user: { email }, path: '/get-session' });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test('an answer is made anew for each request', async () => {
    const { client, id } = await aMember(gatehouse);
    const name = async () =>
      (await client.get('/api/auth/get-session')).json<{ user: { name: string } }>().user.name;
    await name();
    await gatehouse.database.query(`update users set name = 'Countess' where id = $1`, [id]);
    expect(await name()).toBe('Countess');
  });
});
