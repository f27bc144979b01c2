import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { metric } from '../setup/metrics.js';
import { aMember } from '../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({ SESSION_CACHE: 'true' });
});

afterAll(() => gatehouse.stop());

test('an answer is kept for later only if the cookies of its request are short', async () => {
  const { client } = await aMember(gatehouse);
  const [session = ''] = [...client.cookies].map(([name, value]) => `${name}=${value}`);
  const repeatedFor = async (cookie: string) => {
    const before = await metric(gatehouse, 'gatehouse_repeated_answers_total');
    for (let count = 0; count < 4; count += 1) await client.get('/api/auth/get-session', { cookie });
    return (await metric(gatehouse, 'gatehouse_repeated_answers_total')) - before;
  };
  expect(await repeatedFor(session)).toBeGreaterThan(0);
  expect(await repeatedFor(`${session}; junk=${'x'.repeat(9000)}`)).toBe(0);
});
