import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aMember, aStranger, bearer, onAnotherDevice } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

const DELETED = ['session_token', 'session_data', 'dont_remember'].map(
  (name) => `better-auth.${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax`,
);
const lives = async (token: string) =>
  (await gatehouse.database.query('select 1 from sessions where token = $1', [token])).length === 1;

test('ends only this session and deletes its cookies', async () => {
  const ada = await aMember(gatehouse);
  const there = await onAnotherDevice(gatehouse, ada);
  const answer = await ada.client.post('/api/auth/sign-out');
  expect([answer.status, answer.json(), answer.setCookies]).toEqual([200, { success: true }, DELETED]);
  expect([await lives(ada.token), await lives(there.token)]).toEqual([false, true]);
});

test('a replayed cookie does not work after a sign-out', async () => {
  const ada = await aMember(gatehouse);
  const cookie = [...ada.client.cookies].map((pair) => pair.join('=')).join('; ');
  await ada.client.post('/api/auth/sign-out');
  expect((await aStranger(gatehouse).get('/api/auth/get-session', { cookie })).text).toBe('null');
});

test('succeeds without a session, and a forged token ends no session', async () => {
  expect((await aStranger(gatehouse).post('/api/auth/sign-out')).json()).toEqual({ success: true });
  const ada = await aMember(gatehouse);
  ada.client.cookies.set('better-auth.session_token', `${ada.token}.AAAA`);
  expect((await ada.client.post('/api/auth/sign-out', {})).setCookies).toEqual(DELETED);
  expect(await lives(ada.token)).toBe(true);
});

test('works with a session token or a JWT as bearer', async () => {
  const [ada, bob] = [await aMember(gatehouse), await aMember(gatehouse)];
  const { token: jwt } = (await bob.client.get('/api/auth/token')).json<{ token: string }>();
  await aStranger(gatehouse).post('/api/auth/sign-out', undefined, bearer(ada.token));
  await aStranger(gatehouse).post('/api/auth/sign-out', undefined, bearer(jwt));
  expect([await lives(ada.token), await lives(bob.token)]).toEqual([false, false]);
});

test('refuses a page on another site', async () => {
  const ada = await aMember(gatehouse);
  const answer = await ada.client.post('/api/auth/sign-out', {}, { origin: 'https://evil.example' });
  expect([answer.status, answer.json()]).toEqual([
    403,
    { message: 'Invalid origin', code: 'INVALID_ORIGIN' },
  ]);
  expect(await lives(ada.token)).toBe(true);
});
