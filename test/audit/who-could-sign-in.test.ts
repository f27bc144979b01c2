import { readFileSync } from 'node:fs';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, type Member } from '../setup/people.js';

const [, QUERY = ''] =
  /## Who could sign in[^]*?```sql\n([^]*?)```/.exec(readFileSync('src/audit/README.md', 'utf8')) ?? [];

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({ USER_DELETE_USER_ENABLED: 'true' });
});

afterAll(() => gatehouse.stop());

const query = (text: string, values?: unknown[]) =>
  gatehouse.database.query<{ now: Date } & { id: string; email: string }>(text, values);

async function whoCouldSignInAt(time: string): Promise<string[]> {
  const text = QUERY.replace('2026-11-24 14:05:00+00', time);
  expect(text).not.toBe(QUERY);
  return (await query(text)).map(({ email }) => email);
}

const now = async () => {
  const [row] = await gatehouse.database.query<{ now: string }>('select clock_timestamp()::text as now');
  return row?.now ?? '';
};

const ban = ({ id }: Member, banned: boolean, until: string | null = null) =>
  query('update users set banned = $2, ban_expires = $3 where id = $1', [id, banned, until]);

test('the query of the page answers who could sign in at a past moment', async () => {
  const stays = await aMember(gatehouse, { email: 'stays@example.com' });
  const deleted = await aMember(gatehouse, { email: 'deleted@example.com' });
  const bannedLater = await aMember(gatehouse, { email: 'banned-later@example.com' });
  const bannedThen = await aMember(gatehouse, { email: 'banned-then@example.com' });
  const expired = await aMember(gatehouse, { email: 'expired@example.com' });
  const bannedAndDeleted = await aMember(gatehouse, { email: 'banned-and-deleted@example.com' });
  const renamed = await aMember(gatehouse, { email: 'old-name@example.com' });
  const without = await aMember(gatehouse, { email: 'without@example.com' });
  await ban(bannedThen, true);
  await ban(bannedAndDeleted, true);
  await ban(expired, true, '2020-01-01T00:00:00Z');
  await query('delete from accounts where user_id = $1', [without.id]);

  const tuesday = await now();

  await aMember(gatehouse, { email: 'came-later@example.com' });
  const change = { currentPassword: stays.password, newPassword: 'another horse battery' };
  await stays.client.post('/api/auth/change-password', change);
  await deleted.client.post('/api/auth/delete-user', { password: deleted.password });
  await query('delete from users where id = $1', [bannedAndDeleted.id]);
  await ban(bannedLater, true);
  await ban(bannedThen, false);
  await query(`update users set email = 'new-name@example.com' where id = $1`, [renamed.id]);
  await query(
    `insert into accounts (id, user_id, provider_id, provider_user_id) values ('x', $1, 'github', '1')`,
    [without.id],
  );

  expect(await whoCouldSignInAt(tuesday)).toEqual([
    'banned-later@example.com',
    'deleted@example.com',
    'expired@example.com',
    'old-name@example.com',
    'stays@example.com',
  ]);
  expect(await whoCouldSignInAt(await now())).toEqual([
    'banned-then@example.com',
    'came-later@example.com',
    'expired@example.com',
    'new-name@example.com',
    'stays@example.com',
    'without@example.com',
  ]);
});
