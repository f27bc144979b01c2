import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import { SERVING_ROLE } from '../../src/planning/grants.js';
import { planMigrations } from '../../src/planning/plan-migrations.js';
import { fastapi, migrate, withDataSource } from '../migrations/support.js';
import type { TestDatabase } from '../setup/database.js';
import { SECRET, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { mailTo } from '../setup/mails.js';
import { aMember, aStranger, bearer, onAnotherDevice } from '../setup/people.js';
import { expectOneSentence, runToEnd } from '../setup/run-to-end.js';

const ROLE = 'serving_role';

let database: TestDatabase;
let gatehouse: Gatehouse;

beforeAll(async () => {
  database = await fastapi(18);
  const { grants } = await withDataSource(database.url, (dataSource) =>
    planMigrations(dataSource, NO_FIELDS),
  );
  await migrate(database);
  await database.administer(`drop role if exists ${ROLE}; create role ${ROLE} login password '${ROLE}'`);
  for (const statement of grants.serving) await database.query(statement.replaceAll(SERVING_ROLE, ROLE));
  const url = new URL(database.url);
  [url.username, url.password] = [ROLE, ROLE];
  gatehouse = await startGatehouse(
    {
      DATABASE_URL: url.href,
      SESSION_CACHE: 'true',
      RATE_LIMIT_ENABLED: 'true',
      RATE_LIMIT_STORAGE: 'database',
      RATE_LIMIT_MAX: '1000',
      RATE_LIMIT_CUSTOM_RULES: JSON.stringify({ '/**': { window: 10, max: 1000 } }),
      USER_CHANGE_EMAIL_ENABLED: 'true',
      USER_DELETE_USER_ENABLED: 'true',
      EMAIL_VERIFICATION_SEND_ON_SIGN_UP: 'true',
      GITHUB_CLIENT_ID: 'id',
      GITHUB_CLIENT_SECRET: 'secret',
      LEGACY_JWT_SECRET: 'the secret of the legacy application',
    },
    database,
  );
});

afterAll(async () => {
  // A role without rights on the sequences or functions shows here, even if the request itself succeeded.
  expect(gatehouse.log()).not.toMatch(/permission denied|must be owner/);
  await gatehouse.stop();
  await database.administer(`drop owned by ${ROLE}; drop role ${ROLE}`);
  await database.drop();
});

const path = (route: string) => `/api/auth/${route}`;

test('the server is ready', async () => {
  expect((await fetch(`${gatehouse.origin}/health/ready`)).status).toBe(200);
});

test('a user signs up, is verified, changes everything, and is deleted', async () => {
  const member = await aMember(gatehouse);
  const { client, email, password } = member;
  const verification = await mailTo(gatehouse, email);
  expect((await client.get(verification.path)).status).toBeLessThan(400);
  expect((await client.post(path('update-user'), { name: 'Grace' })).status).toBe(200);
  const other = await onAnotherDevice(gatehouse, member);
  expect((await other.client.get(path('list-sessions'))).json()).toHaveLength(2);
  expect((await other.client.get(path('list-accounts'))).status).toBe(200);
  expect((await other.client.post(path('revoke-other-sessions'))).status).toBe(200);
  expect((await client.get(path('get-session'))).json()).toBeNull();
  const change = {
    currentPassword: password,
    newPassword: 'another horse battery',
    revokeOtherSessions: true,
  };
  expect((await other.client.post(path('change-password'), change)).status).toBe(200);
  expect((await other.client.post(path('change-email'), { newEmail: `new-${email}` })).status).toBe(200);
  expect((await other.client.get(path('token'))).status).toBe(200);
  expect((await aStranger(gatehouse).get(path('jwks'))).status).toBe(200);
  const forgotten = await aStranger(gatehouse).post(path('request-password-reset'), { email });
  expect(forgotten.status).toBe(200);
  const reset = await mailTo(gatehouse, email, 2);
  const { token } = reset;
  const renewed = { token, newPassword: 'a third horse battery' };
  expect((await aStranger(gatehouse).post(path('reset-password'), renewed)).status).toBe(200);
  const again = await onAnotherDevice(gatehouse, { ...member, password: renewed.newPassword });
  expect((await again.client.post(path('delete-user'), { password: renewed.newPassword })).status).toBe(200);
  expect(await database.query('select 1 from users where email = $1', [email])).toEqual([]);
});

test('a sign-in through a provider begins', async () => {
  const answer = await aStranger(gatehouse).post(path('sign-in/social'), {
    provider: 'github',
    callbackURL: '/',
  });
  expect(answer.status).toBe(200);
  expect(answer.json<{ url: string }>().url).toMatch(/^https:\/\/github\.com\//);
});

test('a REST client registers, reads its session with the JWT, and signs out', async () => {
  const body = { email: 'rest@example.com', password: 'correct horse battery', name: 'Rest' };
  const registered = await aStranger(gatehouse).post(path('register'), body);
  expect(registered.status).toBe(200);
  const { accessToken } = registered.json<{ accessToken: string }>();
  const headers = bearer(accessToken);
  expect((await aStranger(gatehouse).get(path('get-session'), headers)).json()).toMatchObject({
    user: { email: body.email },
  });
  expect((await aStranger(gatehouse).post(path('sign-out'), {}, headers)).status).toBe(200);
});

test('a change of a legacy column is followed by the triggers, which run with the rights of the owner', async () => {
  const member = await aMember(gatehouse);
  await database.query(`update users set is_active = false where id = $1`, [member.id]);
  const answer = await aStranger(gatehouse).post(path('sign-in/email'), member);
  expect(answer.json()).toMatchObject({ code: 'BANNED_USER' });
});

test.each([
  ['nothing', '', /^The role in DATABASE_URL has too few rights: permission denied for .*\. Run the grants/],
  [
    'the bookkeeping only',
    'grant select on gatehouse_migrations to ROLE; grant usage on schema gatehouse to ROLE; grant select on all tables in schema gatehouse to ROLE',
    /^The role ".*" has no right to select, insert, update on accounts; .*; select, insert, update on verifications\. Run the grants/,
  ],
])('a role that may read %s stops the start with one sentence', async (_, grants, sentence) => {
  const role = 'role_without_rights';
  await database.administer(`drop role if exists ${role}; create role ${role} login password '${role}'`);
  if (grants) await database.query(grants.replaceAll('ROLE', role));
  const url = new URL(database.url);
  [url.username, url.password] = [role, role];
  try {
    const run = await runToEnd('dist/src/main.js', {
      environment: {
        DATABASE_URL: url.href,
        BETTER_AUTH_SECRET: SECRET,
        BETTER_AUTH_URL: 'http://localhost',
      },
    });
    expectOneSentence(run, sentence);
  } finally {
    await database.administer(`drop owned by ${role}; drop role ${role}`);
  }
});
