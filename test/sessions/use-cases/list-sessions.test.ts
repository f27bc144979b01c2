import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aMember, onAnotherDevice } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

interface Listed {
  readonly token: string;
  readonly userId: string;
}

test('lists the user’s own sessions that have not expired', async () => {
  const ada = await aMember(gatehouse);
  await aMember(gatehouse);
  const [there, expired] = [await onAnotherDevice(gatehouse, ada), await onAnotherDevice(gatehouse, ada)];
  await gatehouse.database.query('update sessions set expires_at = now() where token = $1', [expired.token]);
  const answer = await ada.client.get('/api/auth/list-sessions');
  const listed = answer.json<Listed[]>();
  expect(listed.map(({ token }) => token)).toEqual([ada.token, there.token]);
  expect(listed.map(({ userId }) => userId)).toEqual([ada.id, ada.id]);
  expect(Object.keys(listed[0] ?? {})).toEqual([
    'expiresAt',
    'token',
    'createdAt',
    'updatedAt',
    'ipAddress',
    'userAgent',
    'userId',
    'id',
  ]);
});

test('lists at most 100 sessions', async () => {
  const ada = await aMember(gatehouse);
  await gatehouse.database.query(
    `insert into sessions (id, user_id, token, expires_at)
     select $1 || n, $1, $1 || n, now() + interval '1 day' from generate_series(1, 150) n`,
    [ada.id],
  );
  expect((await ada.client.get('/api/auth/list-sessions')).json<Listed[]>()).toHaveLength(100);
});

test('lists at most `advanced.database.defaultFindManyLimit` sessions', async () => {
  const few = await startGatehouse({ ADVANCED_DATABASE_DEFAULT_FIND_MANY_LIMIT: '2' });
  const { client, id } = await aMember(few);
  await few.database.query(
    `insert into sessions (id, user_id, token, expires_at)
     select $1 || n, $1, $1 || n, now() + interval '1 day' from generate_series(1, 5) n`,
    [id],
  );
  expect((await client.get('/api/auth/list-sessions')).json<Listed[]>()).toHaveLength(2);
  await few.stop();
});
