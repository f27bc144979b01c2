import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { meetingAtLock } from '../../setup/locks.js';
import { aMember, type Member } from '../../setup/people.js';

let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse();
});

afterAll(() => gatehouse.stop());

/** A user with a password and an account at a provider. */
async function withTwoAccounts(): Promise<Member & { accountIds: string[] }> {
  const member = await aMember(gatehouse);
  await gatehouse.database.query(
    `insert into accounts (id, user_id, provider_id, provider_user_id, created_at, updated_at)
     values ($1, $2, 'gitlab', $2, now(), now())`,
    [`linked-${member.id}`, member.id],
  );
  return { ...member, accountIds: await accountIdsOf(member) };
}

async function accountIdsOf({ id }: Member): Promise<string[]> {
  const rows = await gatehouse.database.query<{ id: string }>(
    'select id from accounts where user_id = $1 order by id',
    [id],
  );
  return rows.map((row) => row.id);
}

test('refuses one of two simultaneous requests for the last two accounts', async () => {
  const member = await withTwoAccounts();
  const statement = 'select from accounts where user_id = $1 for update';
  const answers = await meetingAtLock(
    gatehouse.database,
    { statement, values: [member.id], waiting: 2 },
    () =>
      Promise.all(
        member.accountIds.map((accountId) => member.client.post('/api/auth/unlink-account', { accountId })),
      ),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
  expect(await accountIdsOf(member)).toHaveLength(1);
});

test('answers ACCOUNT_NOT_FOUND for another user’s account, and keeps it', async () => {
  const [owner, other] = [await withTwoAccounts(), await withTwoAccounts()];
  for (const accountId of owner.accountIds) {
    const answer = await other.client.post('/api/auth/unlink-account', { accountId, userId: owner.id });
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([400, 'ACCOUNT_NOT_FOUND']);
  }
  expect(await accountIdsOf(owner)).toEqual(owner.accountIds);
});
