import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { migrate } from '../setup/migrate.js';
import { aMember } from '../setup/people.js';

const PLUGINS = { PLUGINS: 'admin,two-factor,passkey,api-key', RATE_LIMIT_ENABLED: 'false' };

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

test('a second factor: who adds it, switches it on and removes it', async () => {
  const ada = await aMember(gatehouse);
  const post = (path: string, body: object) => ada.client.post(`/api/auth/two-factor/${path}`, body);
  const { password } = ada;
  expect((await post('enable', { password })).status).toBe(200);
  expect((await post('enable', { password, method: 'otp' })).status).toBe(200);
  expect((await post('disable', { password: 'wrong' })).status).toBe(400);
  expect((await post('disable', { password })).status).toBe(200);
  const by = (reason: string) => ({ actor: ada.id, reason: `two-factor/${reason}`, hasRequest: true });
  const events = (await eventsOf(ada.id)).filter(({ event }) => String(event).startsWith('factor'));
  expect(events).toEqual([
    { event: 'factor.added', ...by('enable') },
    { event: 'factor.enabled', ...by('enable') },
    { event: 'factor.disabled', ...by('disable') },
    { event: 'factor.removed', ...by('disable') },
  ]);
});

test('an API key, whose use is no event', async () => {
  const ada = await aMember(gatehouse);
  const post = (path: string, body: object) => ada.client.post(`/api/auth/api-key/${path}`, body);
  const { id, key } = (await post('create', { name: 'build' })).json<{ id: string; key: string }>();
  await database.query('update api_keys set request_count = 7 where id = $1', [id]);
  expect((await post('update', { keyId: id, enabled: false })).status).toBe(200);
  expect((await post('delete', { keyId: id })).status).toBe(200);
  const events = await eventsOf(ada.id);
  expect(events.filter(({ event }) => String(event).startsWith('api_key')).map(({ event }) => event)).toEqual(
    ['api_key.added', 'api_key.changed', 'api_key.removed'],
  );
  expect(JSON.stringify(await database.query('select * from gatehouse.audit_events'))).not.toContain(key);
});

test('what psql changes in tables of plugins has the role of the database and no actor', async () => {
  const { id } = await aMember(gatehouse);
  await database.query(
    `insert into two_factors (id, secret, backup_codes, user_id) values ('t', 'the secret', 'the codes', $1)`,
    [id],
  );
  await database.query(`update two_factors set secret = 'another' where id = 't'`);
  await database.query(`update users set two_factor_enabled = true where id = $1`, [id]);
  await database.query(
    `insert into passkeys (id, public_key, user_id, credential_id, counter, device_type, backed_up)
     values ('p', 'the key', $1, 'c', 0, 'singleDevice', false)`,
    [id],
  );
  await database.query(`update passkeys set counter = 1 where id = 'p'`);
  await database.query(`delete from passkeys where id = 'p'`);
  const events = await database.query(
    `select event, actor, details->>'kind' as kind, db_role = current_user as "isRole" from gatehouse.audit_events
     where subject = $1 and event like 'factor%' order by id`,
    [id],
  );
  const row = (event: string, kind: string) => ({ event, actor: null, kind, isRole: true });
  expect(events).toEqual([
    row('factor.added', 'two-factor'),
    row('factor.changed', 'two-factor'),
    row('factor.enabled', 'two-factor'),
    row('factor.added', 'passkey'),
    row('factor.removed', 'passkey'),
  ]);
  const texts = JSON.stringify(await database.query('select * from gatehouse.audit_events'));
  expect(texts).not.toMatch(/the secret|the codes|the key/);
});
