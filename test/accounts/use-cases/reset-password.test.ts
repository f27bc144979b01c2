import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { mailTo } from '../../setup/mails.js';
import { aMember, aStranger, onAnotherDevice, type Member } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  // On a busy machine 20 hashes take longer than the 10 s that a request has by default.
  gatehouse = await startGatehouse({ REQUEST_DEADLINE: '60' });
});

afterAll(() => gatehouse.stop());

const newPassword = 'another good password';

async function aToken({ client, email }: Member, on = gatehouse): Promise<string> {
  await client.post('/api/auth/request-password-reset', { email });
  return (await mailTo(on, email)).token;
}

const reset = (token: string, password = newPassword, on = gatehouse) =>
  aStranger(on).post('/api/auth/reset-password', { newPassword: password, token });

const hasSession = async ({ client }: Member) => (await client.get('/api/auth/get-session')).text !== 'null';

test('exactly 1 of 20 parallel requests with one token succeeds, and its password signs in', async () => {
  const ada = await aMember(gatehouse);
  const token = await aToken(ada);
  const passwords = Array.from({ length: 20 }, (_, index) => `password number ${index}`);
  const answers = await Promise.all(passwords.map((password) => reset(token, password)));
  const winners = passwords.filter((_, index) => answers[index]?.status === 200);
  expect(winners).toHaveLength(1);
  const losers = answers.filter(({ status }) => status !== 200);
  for (const loser of losers) {
    expect([loser.status, loser.json()]).toEqual([400, { message: 'Invalid token', code: 'INVALID_TOKEN' }]);
  }
  await onAnotherDevice(gatehouse, { ...ada, password: winners[0] ?? '' });
});

test('a refused password does not use up the token', async () => {
  const ada = await aMember(gatehouse);
  const token = await aToken(ada);
  expect((await reset(token, 'short')).json()).toMatchObject({ code: 'PASSWORD_TOO_SHORT' });
  expect((await reset(token, 'x'.repeat(129))).json()).toMatchObject({ code: 'PASSWORD_TOO_LONG' });
  expect((await reset(token)).json()).toEqual({ status: true });
  expect((await reset(token)).json()).toMatchObject({ code: 'INVALID_TOKEN' });
});

test('refuses an expired token', async () => {
  const ada = await aMember(gatehouse);
  const token = await aToken(ada);
  const expire = `update verifications set expires_at = now() - interval '1 second' where identifier = $1`;
  await gatehouse.database.query(expire, [`reset-password:${token}`]);
  expect((await reset(token)).json()).toMatchObject({ code: 'INVALID_TOKEN' });
  await onAnotherDevice(gatehouse, ada);
});

test('keeps sessions, unless revokeSessionsOnPasswordReset is set', async () => {
  const ada = await aMember(gatehouse);
  await reset(await aToken(ada));
  expect(await hasSession(ada)).toBe(true);
  const strict = await startGatehouse({ EMAIL_AND_PASSWORD_REVOKE_SESSIONS_ON_PASSWORD_RESET: 'true' });
  try {
    const grace = await aMember(strict);
    const other = await onAnotherDevice(strict, grace);
    await reset(await aToken(grace, strict), newPassword, strict);
    expect([await hasSession(grace), await hasSession(other)]).toEqual([false, false]);
  } finally {
    await strict.stop();
  }
});

test('refuses a token that was made for another purpose', async () => {
  const { id } = await aMember(gatehouse);
  const insert = `insert into verifications (id, identifier, value, expires_at) values ($1, $2, $3, now() + interval '1 hour')`;
  await gatehouse.database.query(insert, ['v1', 'delete-account-abc', id]);
  await gatehouse.database.query(insert, ['v2', 'abc', id]);
  for (const token of ['abc', 'delete-account-abc', 'a\0bc'])
    expect((await reset(token)).json()).toMatchObject({ code: 'INVALID_TOKEN' });
});

test('a banned user can set a password but still cannot sign in', async () => {
  const ada = await aMember(gatehouse);
  const token = await aToken(ada);
  await gatehouse.database.query('update users set banned = true where id = $1', [ada.id]);
  const answer = await reset(token);
  expect([answer.status, answer.setCookies]).toEqual([200, []]);
  await expect(onAnotherDevice(gatehouse, { ...ada, password: newPassword })).rejects.toThrow('BANNED_USER');
});
