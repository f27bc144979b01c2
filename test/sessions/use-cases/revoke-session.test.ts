import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aMember, bearer, aStranger, onAnotherDevice } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

const lives = async (token: string) =>
  (await gatehouse.database.query('select 1 from sessions where token = $1', [token])).length === 1;

test('revoking a session on another device ends only that session', async () => {
  const here = await aMember(gatehouse);
  const [there, third] = [await onAnotherDevice(gatehouse, here), await onAnotherDevice(gatehouse, here)];
  const answer = await here.client.post('/api/auth/revoke-session', { token: there.token });
  expect([answer.status, answer.json(), answer.setCookies]).toEqual([200, { status: true }, []]);
  expect((await there.client.get('/api/auth/get-session')).text).toBe('null');
  expect([await lives(here.token), await lives(third.token)]).toEqual([true, true]);
});

test('revoking another user’s session changes nothing, and the answer is the same', async () => {
  const [ada, bob] = [await aMember(gatehouse), await aMember(gatehouse)];
  const foreign = await ada.client.post('/api/auth/revoke-session', { token: bob.token });
  const unknown = await ada.client.post('/api/auth/revoke-session', { token: 'a'.repeat(32) });
  expect([foreign.status, foreign.text]).toEqual([200, '{"status":true}']);
  expect([unknown.status, unknown.text]).toEqual([foreign.status, foreign.text]);
  expect(await lives(bob.token)).toBe(true);
});

test('revoking the current session deletes its cookies', async () => {
  const { client, token } = await aMember(gatehouse);
  await client.post('/api/auth/revoke-session', { token });
  expect(client.cookies.size).toBe(0);
  expect(await lives(token)).toBe(false);
});

test('a client with a JWT can revoke a session', async () => {
  const member = await aMember(gatehouse);
  const { token: jwt } = (await member.client.get('/api/auth/token')).json<{ token: string }>();
  const answer = await aStranger(gatehouse).post(
    '/api/auth/revoke-session',
    { token: member.token },
    bearer(jwt),
  );
  expect(answer.status).toBe(200);
  expect(await lives(member.token)).toBe(false);
});

test.each([{}, { token: 5 }, { token: null }, { token: ['a'] }, { token: { $ne: '' } }, undefined, []])(
  'refuses a token that is not text: %j',
  async (body) => {
    const answer = await (await aMember(gatehouse)).client.post('/api/auth/revoke-session', body);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'VALIDATION_ERROR' });
  },
);

test('a token that the database cannot store revokes nothing', async () => {
  const member = await aMember(gatehouse);
  const answer = await member.client.post('/api/auth/revoke-session', { token: `${member.token}\0` });
  expect([answer.status, answer.text]).toEqual([200, '{"status":true}']);
  expect(await lives(member.token)).toBe(true);
});
