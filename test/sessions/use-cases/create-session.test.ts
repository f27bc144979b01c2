import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { aMember, aPerson, onAnotherDevice } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

interface Row {
  readonly token: string;
  readonly ip_address: string;
  readonly user_agent: string;
  readonly life: number;
}

const rowsOf = (userId: string) =>
  gatehouse.database.query<Row>(
    `select token, ip_address, user_agent, extract(epoch from expires_at - created_at)::int as life
       from sessions where user_id = $1 order by created_at`,
    [userId],
  );

const signUpWith = async (headers: Record<string, string>) => {
  const client = new BrowserLikeClient(gatehouse.origin);
  const answer = await client.post('/api/auth/sign-up/email', aPerson(), headers);
  const [row] = await rowsOf(answer.json<{ user: { id: string } }>().user.id);
  return row;
};

test('a session lasts 7 days, or 1 day if it ends with the browser', async () => {
  const ada = await aMember(gatehouse);
  await onAnotherDevice(gatehouse, ada, { rememberMe: false });
  await onAnotherDevice(gatehouse, ada, { rememberMe: true });
  expect((await rowsOf(ada.id)).map(({ life }) => life)).toEqual([604_800, 86_400, 604_800]);
});

test('every sign-in creates a new session, also for a client that has one', async () => {
  const ada = await aMember(gatehouse);
  const { email, password } = ada;
  const again = await ada.client.post('/api/auth/sign-in/email', { email, password });
  expect(again.json<{ token: string }>().token).not.toBe(ada.token);
  expect(await rowsOf(ada.id)).toHaveLength(2);
});

test('tokens are 32 letters and digits, each different', async () => {
  const tokens = await Promise.all(Array.from({ length: 5 }, async () => (await aMember(gatehouse)).token));
  for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(new Set(tokens).size).toBe(5);
});

test('stores the IP address and the user agent', async () => {
  expect(await signUpWith({ 'x-forwarded-for': '203.0.113.7', 'user-agent': 'Browser/1.0' })).toMatchObject({
    ip_address: '203.0.113.7',
    user_agent: 'Browser/1.0',
  });
  expect(await signUpWith({ 'x-forwarded-for': '2001:db8::7' })).toMatchObject({
    ip_address: '2001:0db8:0000:0000:0000:0000:0000:0000',
    user_agent: '',
  });
  expect(await signUpWith({ 'x-forwarded-for': '1.2.3.4, 5.6.7.8' })).toMatchObject({ ip_address: '' });
  expect(await signUpWith({})).toMatchObject({ ip_address: '', user_agent: '' });
});

test('accepts headers with unusual bytes', async () => {
  expect(await signUpWith({ 'user-agent': 'Ä\u00ff'.repeat(2000) })).toMatchObject({ life: 604_800 });
});
