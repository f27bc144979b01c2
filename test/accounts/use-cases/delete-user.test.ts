import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { mailTo } from '../../setup/mails.js';
import { aMember, aStranger, bearer, onAnotherDevice, type Member } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({ USER_DELETE_USER_ENABLED: 'true' });
});

afterAll(() => gatehouse.stop());

async function rowsOf({ id }: Member) {
  const [row] = await gatehouse.database.query<{ count: number }>(
    `select (select count(*) from users where id = $1)::int + (select count(*) from sessions where user_id = $1)::int
          + (select count(*) from accounts where user_id = $1)::int as count`,
    [id],
  );
  return row?.count;
}

test('deletes all rows of the user and ends all their sessions', async () => {
  const ada = await aMember(gatehouse);
  const other = await onAnotherDevice(gatehouse, ada);
  const answer = await ada.client.post('/api/auth/delete-user', {});
  expect(answer.json()).toEqual({ success: true, message: 'User deleted' });
  expect(await rowsOf(ada)).toBe(0);
  expect(ada.client.cookies.size).toBe(0);
  expect((await other.client.get('/api/auth/get-session')).text).toBe('null');
  expect((await aStranger(gatehouse).post('/api/auth/delete-user', {}, bearer(other.token))).status).toBe(
    401,
  );
});

test('a session that is not fresh needs the password', async () => {
  const ada = await aMember(gatehouse);
  const age = `update sessions set created_at = now() - interval '2 days' where user_id = $1`;
  await gatehouse.database.query(age, [ada.id]);
  const attempt = (body: object) => ada.client.post('/api/auth/delete-user', body);
  expect((await attempt({})).json()).toMatchObject({ code: 'SESSION_EXPIRED' });
  expect((await attempt({ password: '' })).json()).toMatchObject({ code: 'SESSION_EXPIRED' });
  expect((await attempt({ password: 'wrong' })).json()).toMatchObject({ code: 'INVALID_PASSWORD' });
  expect((await attempt({ password: 'x'.repeat(1_000_000) })).json()).toMatchObject({
    code: 'PASSWORD_TOO_LONG',
  });
  expect((await attempt({ password: ada.password })).status).toBe(200);
});

test('answers 404 if it is not enabled', async () => {
  const without = await startGatehouse();
  try {
    const ada = await aMember(without);
    const answer = await ada.client.post('/api/auth/delete-user', { password: ada.password });
    expect([answer.status, answer.text]).toEqual([404, '']);
  } finally {
    await without.stop();
  }
});

test('deletes nobody if it needs a mailed link and no mail can be sent', async () => {
  const mute = await startGatehouse({
    NODE_ENV: 'production',
    BETTER_AUTH_URL: gatehouse.origin,
    RATE_LIMIT_ENABLED: 'false',
    USER_DELETE_USER_ENABLED: 'true',
    USER_DELETE_USER_SEND_DELETE_ACCOUNT_VERIFICATION: 'true',
  });
  try {
    const stranger = aStranger(mute);
    const body = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' };
    const { token } = (await stranger.post('/api/auth/sign-up/email', body)).json<{ token: string }>();
    const attempt = { password: body.password };
    expect((await aStranger(mute).post('/api/auth/delete-user', attempt, bearer(token))).status).toBe(404);
    expect(await mute.database.query('select email from users')).toEqual([{ email: 'ada@example.com' }]);
  } finally {
    await mute.stop();
  }
});

test('20 parallel requests with one mailed token delete its user once, and no other user', async () => {
  const mailing = await startGatehouse({
    USER_DELETE_USER_ENABLED: 'true',
    USER_DELETE_USER_SEND_DELETE_ACCOUNT_VERIFICATION: 'true',
  });
  try {
    const [ada, bob] = [await aMember(mailing), await aMember(mailing)];
    await bob.client.post('/api/auth/delete-user', {});
    const { token: bobs } = await mailTo(mailing, bob.email);
    expect(bobs).toMatch(/^[0-9a-z]{32}$/);
    expect((await ada.client.post('/api/auth/delete-user', { token: bobs })).status).toBe(404);
    expect((await bob.client.post('/api/auth/delete-user', { token: bobs })).status).toBe(404);
    await ada.client.post('/api/auth/delete-user', {});
    const { token } = await mailTo(mailing, ada.email);
    const tries = Array.from({ length: 20 }, () =>
      aStranger(mailing).post('/api/auth/delete-user', { token }, bearer(ada.token)),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    // 404: the token was used up. 401: the session had ended.
    expect(statuses.every((status) => [200, 404, 401].includes(status))).toBe(true);
    expect(await mailing.database.query('select email from users')).toEqual([{ email: bob.email }]);
  } finally {
    await mailing.stop();
  }
});
