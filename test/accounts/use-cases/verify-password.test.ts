import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aMember, aStranger } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

test('accepts the right password and refuses a wrong one', async () => {
  const { client, password } = await aMember(gatehouse);
  expect((await client.post('/api/auth/verify-password', { password })).json()).toEqual({ status: true });
  const wrong = await client.post('/api/auth/verify-password', { password: `${password}!` });
  expect([wrong.status, wrong.json()]).toEqual([
    400,
    { message: 'Invalid password', code: 'INVALID_PASSWORD' },
  ]);
});

test('refuses every password for a user who has none', async () => {
  const { client, id, password } = await aMember(gatehouse);
  await gatehouse.database.query('update accounts set password = null where user_id = $1', [id]);
  const answer = await client.post('/api/auth/verify-password', { password });
  expect(answer.json()).toMatchObject({ code: 'INVALID_PASSWORD' });
});

test('refuses a revoked session', async () => {
  const { client, id, password } = await aMember(gatehouse);
  await gatehouse.database.query('delete from sessions where user_id = $1', [id]);
  expect((await client.post('/api/auth/verify-password', { password })).status).toBe(401);
  expect((await aStranger(gatehouse).post('/api/auth/verify-password', { password })).status).toBe(401);
});
