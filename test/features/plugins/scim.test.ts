import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';

const TOKEN = 'token-of-acme';
const EXPIRED = 'token-that-has-expired';
const VARIABLES = {
  PLUGINS: 'scim,magic-link',
  SCIM_CONNECTIONS: JSON.stringify([
    {
      id: 'acme',
      credentials: [
        { id: '1', token: TOKEN },
        { id: '2', token: EXPIRED, expiresAt: '2020-01-01T00:00:00Z' },
      ],
    },
  ]),
  RATE_LIMIT_ENABLED: 'false',
  BETTER_AUTH_TRUSTED_ORIGINS: 'https://app.example.com',
};

let gatehouse: Gatehouse;
let database: TestDatabase;
let count = 0;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  await migrate(database, VARIABLES);
  gatehouse = await startGatehouse(VARIABLES, database);
});

afterAll(async () => {
  await gatehouse.stop();
  await database.drop();
});

function directory(method: string, path: string, body?: object, token = TOKEN) {
  const client = new BrowserLikeClient(gatehouse.origin, false);
  const headers = { authorization: `Bearer ${token}`, 'content-type': body && 'application/scim+json' };
  return client.call(`/api/auth/scim/v2/Users${path}`, { method, body, headers });
}

/** Creates a user who signs in by a mailed link. */
async function provisioned() {
  count += 1;
  const email = `grace${count}@example.com`;
  const created = await directory('POST', '', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: email,
    active: true,
  });
  expect(created.status).toBe(201);
  return { email, id: created.json<{ id: string }>().id };
}

async function signIn(email: string): Promise<BrowserLikeClient> {
  const client = new BrowserLikeClient(gatehouse.origin);
  const already = gatehouse.log().length;
  await client.post('/api/auth/sign-in/magic-link', { email });
  const link = new RegExp(`mail magic-link to ${email}: (\\S+?)["\\s]`);
  while (!link.test(gatehouse.log().slice(already))) await new Promise((done) => setTimeout(done, 20));
  const [, found = ''] = link.exec(gatehouse.log().slice(already)) ?? [];
  const url = new URL(found.replaceAll('\\u0026', '&'));
  await client.get(url.pathname + url.search);
  return client;
}

const sessionOf = async (client: BrowserLikeClient) => (await client.get('/api/auth/get-session')).json();
const activate = (id: string, active: boolean) =>
  directory('PATCH', `/${id}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', value: { active } }],
  });

test('a deactivated user loses the session and cannot sign in until the directory activates them again', async () => {
  const { email, id } = await provisioned();
  const client = await signIn(email);
  expect(await sessionOf(client)).toMatchObject({ user: { email } });
  expect((await activate(id, false)).status).toBe(200);
  expect([await sessionOf(client), await sessionOf(await signIn(email))]).toEqual([null, null]);
  expect((await activate(id, true)).status).toBe(200);
  expect(await sessionOf(await signIn(email))).toMatchObject({ user: { email } });
});

test('a user whom the directory deletes loses access', async () => {
  const { email, id } = await provisioned();
  const client = await signIn(email);
  expect((await directory('DELETE', `/${id}`)).status).toBe(204);
  expect([await sessionOf(client), await sessionOf(await signIn(email))]).toEqual([null, null]);
});

test.each([
  { length: 'for good', end: 'null' },
  { length: 'for some time', end: `now() + interval '1 day'` },
])('a directory does not let in somebody whom an administrator banned $length', async ({ end }) => {
  const { email, id } = await provisioned();
  await database.query(
    `update users set banned = true, ban_reason = 'spam', ban_expires = ${end} where email = '${email}'`,
  );
  await activate(id, false);
  await activate(id, true);
  expect(await sessionOf(await signIn(email))).toBeNull();
});

test('a ban that has ended does not keep out a user whom the directory activates again', async () => {
  const { email, id } = await provisioned();
  await database.query(
    `update users set banned = true, ban_reason = 'spam', ban_expires = now() - interval '1 day' where email = '${email}'`,
  );
  await activate(id, false);
  expect(await sessionOf(await signIn(email))).toBeNull();
  await activate(id, true);
  expect(await sessionOf(await signIn(email))).toMatchObject({ user: { email } });
});

test('a wrong token and one that has expired are refused', async () => {
  const statuses = [];
  for (const token of ['nothing', EXPIRED, TOKEN])
    statuses.push((await directory('GET', '', undefined, token)).status);
  expect(statuses).toEqual([401, 401, 200]);
});

test('what this server refuses before the plugin has the form of SCIM too', async () => {
  for (const [body, status, error] of [
    ['['.repeat(60) + ']'.repeat(60), 400, { scimType: 'invalidSyntax' }],
    [JSON.stringify({ a: 'x'.repeat(2 ** 21) }), 413, {}],
  ] as const) {
    const answer = await new BrowserLikeClient(gatehouse.origin, false).call('/api/auth/scim/v2/Users', {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/scim+json' },
    });
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/scim+json']);
    expect(answer.json()).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      detail: expect.any(String),
      ...error,
    });
  }
});

test('a preflight lists the methods of the routes of plugins too', async () => {
  const answer = await new BrowserLikeClient(gatehouse.origin, false).call('/api/auth/scim/v2/Users/1', {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example.com', 'access-control-request-method': 'PATCH' },
  });
  expect(answer.headers['access-control-allow-methods']).toBe('DELETE, GET, PATCH, POST, PUT');
});
