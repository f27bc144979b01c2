import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { migrate } from '../setup/migrate.js';
import { aMember } from '../setup/people.js';

const PLUGINS = { PLUGINS: 'admin,two-factor', RATE_LIMIT_ENABLED: 'false' };

let database: TestDatabase;
let gatehouse: Gatehouse;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  await migrate(database, PLUGINS);
  gatehouse = await startGatehouse(PLUGINS, database);
});

afterAll(async () => {
  await gatehouse.stop();
  await database.drop();
});

const eventsOf = (subject: string) =>
  database.query(
    `select event, actor, reason, request_id <> '' as "hasRequest" from gatehouse.audit_events
     where subject = $1 and reason !~ '^sign-up' order by id`,
    [subject],
  );

test('what the published library changes names the admin who did it', async () => {
  const root = await aMember(gatehouse);
  const ada = await aMember(gatehouse);
  await database.query(`update users set role = 'admin' where id = $1`, [root.id]);
  const ban = { userId: ada.id, banReason: 'spam' };
  expect((await root.client.post('/api/auth/admin/ban-user', ban)).status).toBe(200);
  const by = { actor: root.id, reason: 'admin/ban-user', hasRequest: true };
  expect(await eventsOf(ada.id)).toEqual([
    { event: 'user.banned', ...by },
    { event: 'session.ended', ...by },
  ]);
});

test('a second factor', async () => {
  const ada = await aMember(gatehouse);
  const { password } = ada;
  expect((await ada.client.post('/api/auth/two-factor/enable', { password, method: 'otp' })).status).toBe(
    200,
  );
  expect((await ada.client.post('/api/auth/two-factor/disable', { password: 'wrong' })).status).toBe(400);
  expect(await eventsOf(ada.id)).toContainEqual({
    event: 'factor.changed',
    actor: ada.id,
    reason: 'two-factor/enable',
    hasRequest: true,
  });
  expect(JSON.stringify(await eventsOf(ada.id))).not.toContain('two-factor/disable');
});
