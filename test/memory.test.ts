import { startGatehouse, type Gatehouse } from './setup/gatehouse.js';
import { aMember, aStranger } from './setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

test('a server at work sets no more than 8 MiB aside for new objects', async () => {
  const { client } = await aMember(gatehouse);
  for (let n = 0; n < 500; n += 1) await client.get('/api/auth/list-sessions');
  const { text } = await aStranger(gatehouse).get('/metrics');
  const size = /^nodejs_heap_space_size_total_bytes\{space="new"\} (\d+)$/m.exec(text)?.[1];
  expect(Number(size) / 2 ** 20).toBeLessThanOrEqual(8);
});
