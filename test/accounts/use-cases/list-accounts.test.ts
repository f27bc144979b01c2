import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aMember } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

test('lists the user’s own accounts, without tokens and hashes', async () => {
  const [ada, bob] = [await aMember(gatehouse), await aMember(gatehouse)];
  await gatehouse.database.query(
    `insert into accounts (id, user_id, provider_id, provider_user_id, access_token, refresh_token, id_token, scope)
     values ('a1', $1, 'github', '7', 'secret-access', 'secret-refresh', 'secret-id', 'user:email,read:org'),
            ('b1', $2, 'github', '8', null, null, null, null)`,
    [ada.id, bob.id],
  );
  const answer = await ada.client.get('/api/auth/list-accounts');
  expect(answer.json()).toEqual([
    {
      accountId: ada.id,
      providerId: 'credential',
      userId: ada.id,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      id: expect.any(String),
      scopes: [],
    },
    {
      accountId: '7',
      providerId: 'github',
      userId: ada.id,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      id: 'a1',
      scopes: ['user:email', 'read:org'],
    },
  ]);
  expect(answer.text).not.toMatch(/secret|\$2b\$/);
});
