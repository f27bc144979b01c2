import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aMember, onAnotherDevice } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

const sessionsOf = async (userId: string) =>
  (
    await gatehouse.database.query<{ token: string }>('select token from sessions where user_id = $1', [
      userId,
    ])
  ).map(({ token }) => token);

test('revoke-sessions ends all sessions of this user only, and deletes the cookies', async () => {
  const [ada, bob] = [await aMember(gatehouse), await aMember(gatehouse)];
  await onAnotherDevice(gatehouse, ada);
  const answer = await ada.client.post('/api/auth/revoke-sessions', {});
  expect([answer.status, answer.json()]).toEqual([200, { status: true }]);
  expect(await sessionsOf(ada.id)).toEqual([]);
  expect(ada.client.cookies.size).toBe(0);
  expect(await sessionsOf(bob.id)).toEqual([bob.token]);
});

test('revoke-other-sessions keeps the current session', async () => {
  const [ada, bob] = [await aMember(gatehouse), await aMember(gatehouse)];
  await onAnotherDevice(gatehouse, ada);
  const there = await onAnotherDevice(gatehouse, ada);
  const answer = await there.client.post('/api/auth/revoke-other-sessions');
  expect([answer.status, answer.json(), answer.setCookies]).toEqual([200, { status: true }, []]);
  expect(await sessionsOf(ada.id)).toEqual([there.token]);
  expect(await sessionsOf(bob.id)).toEqual([bob.token]);
});
