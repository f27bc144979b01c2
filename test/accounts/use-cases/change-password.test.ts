import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aMember, aStranger, bearer, onAnotherDevice, type Member } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

const newPassword = 'another good password';
const change = ({ client, password }: Member, body: object = {}) =>
  client.post('/api/auth/change-password', { currentPassword: password, newPassword, ...body });

test('the new password signs in and the old one does not', async () => {
  const ada = await aMember(gatehouse);
  expect((await change(ada)).json()).toMatchObject({ token: null, user: { id: ada.id } });
  await expect(onAnotherDevice(gatehouse, ada)).rejects.toThrow('401');
  await onAnotherDevice(gatehouse, { ...ada, password: newPassword });
});

test('revokeOtherSessions ends every session and gives this client a new one', async () => {
  const ada = await aMember(gatehouse);
  const other = await onAnotherDevice(gatehouse, ada);
  const answer = await change(ada, { revokeOtherSessions: true });
  const { token } = answer.json<{ token: string }>();
  expect(token).not.toBe(ada.token);
  expect((await ada.client.get('/api/auth/get-session')).json()).toMatchObject({ session: { token } });
  expect((await other.client.get('/api/auth/get-session')).text).toBe('null');
  expect((await aStranger(gatehouse).get('/api/auth/get-session', bearer(ada.token))).text).toBe('null');
});

test('a wrong current password changes no password and ends no session', async () => {
  const ada = await aMember(gatehouse);
  const answer = await change(ada, { currentPassword: 'wrong', revokeOtherSessions: true });
  expect([answer.status, answer.json()]).toEqual([
    400,
    { message: 'Invalid password', code: 'INVALID_PASSWORD' },
  ]);
  await onAnotherDevice(gatehouse, ada);
  expect((await ada.client.get('/api/auth/get-session')).text).not.toBe('null');
});

test('of several simultaneous changes one succeeds, and only its password signs in', async () => {
  const ada = await aMember(gatehouse);
  const passwords = Array.from({ length: 8 }, (_, index) => `password number ${index}`);
  const answers = await Promise.all(passwords.map((password) => change(ada, { newPassword: password })));
  const winners = passwords.filter((_, index) => answers[index]?.status === 200);
  expect(winners).toHaveLength(1);
  await onAnotherDevice(gatehouse, { ...ada, password: winners[0] ?? '' });
});

test('refuses a password of 1,000,000 characters without hashing it', async () => {
  const ada = await aMember(gatehouse);
  const answer = await change(ada, { currentPassword: 'x'.repeat(1_000_000) });
  expect(answer.json()).toMatchObject({ code: 'PASSWORD_TOO_LONG' });
});

test('a client with a JWT gets its new token in the body and no cookie', async () => {
  const ada = await aMember(gatehouse);
  const { accessToken } = (
    await aStranger(gatehouse).post('/api/auth/login', { email: ada.email, password: ada.password })
  ).json<{ accessToken: string }>();
  const answer = await aStranger(gatehouse).post(
    '/api/auth/change-password',
    { currentPassword: ada.password, newPassword, revokeOtherSessions: true },
    bearer(accessToken),
  );
  expect(answer.setCookies).toEqual([]);
  const { token } = answer.json<{ token: string }>();
  expect((await aStranger(gatehouse).get('/api/auth/get-session', bearer(token))).json()).toMatchObject({
    user: { id: ada.id },
  });
  expect((await aStranger(gatehouse).get('/api/auth/list-accounts', bearer(accessToken))).status).toBe(401);
});

test('refuses a request without a session', async () => {
  const body = { currentPassword: 'x', newPassword };
  expect((await aStranger(gatehouse).post('/api/auth/change-password', body)).status).toBe(401);
});
