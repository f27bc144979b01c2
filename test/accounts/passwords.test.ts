import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { metric } from '../setup/metrics.js';
import { aMember, aStranger } from '../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  // One hash at a time, none waits, and each takes long enough to be met.
  gatehouse = await startGatehouse({
    PASSWORD_HASH_CONCURRENCY: '1',
    PASSWORD_HASH_QUEUE: '0',
    PASSWORD_BCRYPT_COST: '13',
  });
});

afterAll(() => gatehouse.stop());

const signIn = (email: string, password: string) =>
  aStranger(gatehouse).post('/api/auth/sign-in/email', { email, password });

async function untilHashing(): Promise<void> {
  while ((await metric(gatehouse, 'gatehouse_password_hashes_running')) === 0);
}

test('more sign-ins at once than may wait are asked to try again, known or unknown alike', async () => {
  const ada = await aMember(gatehouse);
  const first = signIn(ada.email, ada.password);
  await untilHashing();
  const refused = await Promise.all([
    signIn(ada.email, ada.password),
    signIn('nobody@example.com', ada.password),
    aStranger(gatehouse).post('/api/auth/sign-up/email', { ...ada, email: 'new@example.com' }),
    aStranger(gatehouse).post('/api/auth/login', { email: ada.email, password: ada.password }),
  ]);
  for (const answer of refused) {
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json()).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  }
  expect((await first).status).toBe(200);
  expect((await signIn(ada.email, ada.password)).status).toBe(200);
});

test('meanwhile everything without a password answers', async () => {
  const ada = await aMember(gatehouse);
  let over = false;
  const hashing = signIn(ada.email, ada.password).then(() => (over = true));
  await untilHashing();
  expect((await ada.client.get('/api/auth/get-session')).json()).toMatchObject({ user: { id: ada.id } });
  expect((await ada.client.get('/api/auth/ok')).status).toBe(200);
  expect(over).toBe(false);
  await hashing;
});
