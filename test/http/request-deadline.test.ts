import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, type Member } from '../setup/people.js';

let gatehouse: Gatehouse;
let member: Member;

beforeAll(async () => {
  gatehouse = await startGatehouse({
    REQUEST_DEADLINE: '1',
    DATABASE_LOCK_TIMEOUT: '60',
    DATABASE_STATEMENT_TIMEOUT: '60',
  });
  member = await aMember(gatehouse);
});

afterAll(() => gatehouse.stop());

test('a request that waits too long for anything is answered with 503', async () => {
  const holder = await gatehouse.database.pool.connect();
  await holder.query('begin');
  await holder.query('select from users where id = $1 for update', [member.id]);
  const answer = await member.client.post('/api/auth/update-user', { name: 'Ada' });
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
  expect(answer.json()).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  await gatehouse.told('"reason":"the request was not answered within 1 s"');
  await holder.query('rollback');
  holder.release();
  // What waited goes on now, and finds that its request has been answered already.
  while (
    (await member.client.get('/api/auth/get-session')).json<{ user: { name: string } }>().user.name !== 'Ada'
  );
  expect(gatehouse.log()).not.toContain('"at":');
});
