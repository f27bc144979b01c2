import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { mailTo } from '../../setup/mails.js';
import { aMember, aStranger } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({
    USER_DELETE_USER_ENABLED: 'true',
    USER_DELETE_USER_SEND_DELETE_ACCOUNT_VERIFICATION: 'true',
  });
});

afterAll(() => gatehouse.stop());

async function aLink(callbackURL?: string) {
  const ada = await aMember(gatehouse);
  await ada.client.post('/api/auth/delete-user', { callbackURL });
  return { ada, link: await mailTo(gatehouse, ada.email) };
}

const isThere = async (id: string) =>
  (await gatehouse.database.query('select 1 from users where id = $1', [id])).length === 1;

test('deletes the user, expires the cookies and redirects', async () => {
  const { ada, link } = await aLink('/bye#top');
  const answer = await ada.client.get(link.path);
  expect([answer.status, answer.headers.location, ada.client.cookies.size]).toEqual([302, '/bye#top', 0]);
  expect(await isThere(ada.id)).toBe(false);
});

test('deletes nobody without a session or for a banned user', async () => {
  const { ada, link } = await aLink();
  const answer = await aStranger(gatehouse).get(link.path);
  expect([answer.status, answer.json()]).toEqual([
    404,
    { message: 'Failed to get user info', code: 'FAILED_TO_GET_USER_INFO' },
  ]);
  await gatehouse.database.query('update users set banned = true where id = $1', [ada.id]);
  expect((await ada.client.get(link.path)).status).toBe(404);
  expect(await isThere(ada.id)).toBe(true);
});

test('refuses another origin as callbackURL, and the token stays valid', async () => {
  const { ada, link } = await aLink();
  const path = `/api/auth/delete-user/callback?token=${link.token}&callbackURL=`;
  for (const target of ['https://evil.example', '//evil.example', '/\\evil.example']) {
    const answer = await ada.client.get(path + encodeURIComponent(target));
    expect([answer.status, answer.headers.location]).toEqual([403, undefined]);
  }
  expect((await ada.client.get(`${path}/bye`)).headers.location).toBe('/bye');
});
