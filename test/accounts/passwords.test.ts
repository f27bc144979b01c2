import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { metric } from '../setup/metrics.js';
import { aMember, aStranger } from '../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  // One hash at a time, none may wait, and each takes long enough for other requests to arrive during it.
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

test('if the hash queue is full, answers 503 with Retry-After, also for an unknown user', async () => {
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

test('answers routes without a password while a hash runs', async () => {
  const ada = await aMember(gatehouse);
  let over = false;
  const hashing = signIn(ada.email, ada.password).then(() => (over = true));
  await untilHashing();
  expect((await ada.client.get('/api/auth/get-session')).json()).toMatchObject({ user: { id: ada.id } });
  expect((await ada.client.get('/api/auth/ok')).status).toBe(200);
  expect(over).toBe(false);
  await hashing;
});

test('a hash that waited longer than the request may take is not computed', async () => {
  const busy = await startGatehouse({
    PASSWORD_HASH_CONCURRENCY: '1',
    PASSWORD_BCRYPT_COST: '12',
    REQUEST_DEADLINE: '1',
    RATE_LIMIT_ENABLED: 'false',
  });
  const ada = await aMember(busy);
  const stranger = aStranger(busy);
  const before = await metric(busy, 'gatehouse_password_hashes_total');
  const answers = await Promise.all(
    Array.from({ length: 40 }, () =>
      stranger.post('/api/auth/sign-in/email', { email: ada.email, password: ada.password }),
    ),
  );
  while ((await metric(busy, 'gatehouse_password_hashes_waiting')) > 0);
  const computed = (await metric(busy, 'gatehouse_password_hashes_total')) - before;
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
  // 40 hashes of about 0.2 s would take 8 s.
  expect(computed).toBeLessThan(30);
  await busy.stop();
});
