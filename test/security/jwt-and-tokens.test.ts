import { loadMigrationConfig } from '../../src/config/migration-config.js';
import { createMigratingDataSource } from '../../src/migrating/migrating-data-source.js';
import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import { fetchDocument, routesOf, type Route } from '../documentation/document.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aMember, aStranger, bearer, onAnotherDevice, type Member } from '../setup/people.js';

const FIELDS = {
  SESSION_ADDITIONAL_FIELDS: JSON.stringify({ theme: { type: 'string', required: false } }),
};

let database: TestDatabase;
let gatehouse: Gatehouse;
let routes: Route[];

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  const { fields } = loadMigrationConfig({ DATABASE_URL: database.url, ...FIELDS });
  const dataSource = createMigratingDataSource(database.url, fields);
  await dataSource.initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
  gatehouse = await startGatehouse(
    {
      USER_CHANGE_EMAIL_ENABLED: 'true',
      USER_DELETE_USER_ENABLED: 'true',
      SESSION_COOKIE_CACHE_ENABLED: 'true',
      SESSION_UPDATE_AGE: '0',
      ...FIELDS,
      GITHUB_CLIENT_ID: 'id',
      GITHUB_CLIENT_SECRET: 'secret',
    },
    database,
  );
  routes = routesOf((await fetchDocument(gatehouse)).document);
});

afterAll(async () => {
  await gatehouse.stop();
  await database.drop();
});

const path = (route: string) => `/api/auth/${route}`;

async function jwtOf({ client }: Member): Promise<string> {
  return (await client.get(path('token'))).json<{ token: string }>().token;
}

/** A member with two more sessions, and a client that has only a JWT. */
async function aHolder() {
  const member = await aMember(gatehouse);
  for (let device = 0; device < 2; device++) await onAnotherDevice(gatehouse, member);
  const jwt = await jwtOf(member);
  return { member, jwt, client: aStranger(gatehouse), headers: bearer(jwt) };
}

const tokens = async () =>
  (await gatehouse.database.query<{ token: string }>('select token from sessions')).map(({ token }) => token);

function everythingIn({ text, headers, setCookies }: Answer): string {
  const all = [text, JSON.stringify(headers), ...setCookies].join('\n');
  // Signed cookies are URL-encoded, and the cache cookie is base64.
  const decoded = [...all.matchAll(/[\w-]{40,}/g)].map(([part]) =>
    Buffer.from(part, 'base64url').toString('latin1'),
  );
  return [all, decodeURIComponent(all.replaceAll(/%(?![\dA-F]{2})/gi, '%25')), ...decoded].join('\n');
}

/** Bodies with which guarded routes do something. The others get the example of the document. */
const BODIES: Record<string, (member: Member) => object> = {
  'change-password': ({ password }) => ({
    currentPassword: password,
    newPassword: 'another horse battery',
    revokeOtherSessions: true,
  }),
  'verify-password': ({ password }) => ({ password }),
  'delete-user': ({ password }) => ({ password }),
  'update-user': () => ({ name: 'Grace' }),
  user: () => ({ name: 'Grace' }),
  'update-session': () => ({ theme: 'dark' }),
  'link-social': () => ({ provider: 'github', callbackURL: '/' }),
};

test('no route answers a JWT with a session token', async () => {
  const statuses = new Map<string, number>();
  for (const route of routes) {
    // Who signs in with a password is not authenticated by the JWT.
    if (/sign-(in|up)\/email$|\/(login|register)$/.test(route.path)) continue;
    const { member, headers } = await aHolder();
    const before = await tokens();
    const name = route.path.replace('/api/auth/', '');
    const answer = await route.send(aStranger(gatehouse), BODIES[name]?.(member) ?? route.example, headers);
    statuses.set(name, Math.min(answer.status, statuses.get(name) ?? 599));
    const known = [...before, ...(await tokens())];
    const content = everythingIn(answer);
    expect([route.name, known.filter((token) => content.includes(token))]).toEqual([route.name, []]);
    expect([route.name, answer.headers['set-auth-token']]).toEqual([route.name, undefined]);
  }
  const done = [
    'get-session',
    'list-sessions',
    'token',
    'update-user',
    'update-session',
    'change-password',
    'delete-user',
  ];
  expect(done.map((name) => [name, statuses.get(name)])).toEqual(done.map((name) => [name, 200]));
});

test('get-session and update-session show the JWT in place of the token', async () => {
  const { jwt, client, headers } = await aHolder();
  const got = await client.get(path('get-session'), headers);
  expect(got.json()).toMatchObject({ session: { token: jwt } });
  const updated = await client.post(path('update-session'), { theme: 'dark' }, headers);
  expect(updated.json()).toMatchObject({ session: { token: jwt } });
});

test('the answer for a cookie is not sent for a JWT, nor the other way round', async () => {
  const { member, jwt, client, headers } = await aHolder();
  const withCookie = () => member.client.get(`${path('get-session')}?disableCookieCache=true`);
  for (let round = 0; round < 3; round++) {
    expect((await withCookie()).json()).toMatchObject({ session: { token: member.token } });
    expect((await client.get(path('get-session'), headers)).json()).toMatchObject({
      session: { token: jwt },
    });
  }
});

describe('with the session cache', () => {
  let caching: Gatehouse;

  beforeAll(async () => {
    caching = await startGatehouse({ SESSION_CACHE: 'true' });
  });

  afterAll(() => caching.stop());

  test('the answer that is kept for cookies is not sent for a JWT, nor the other way round', async () => {
    const member = await aMember(caching);
    const jwt = await jwtOf(member);
    for (let round = 0; round < 3; round++) {
      const withCookie = await member.client.get(path('get-session'));
      const withJwt = await aStranger(caching).get(path('get-session'), bearer(jwt));
      expect(withCookie.json()).toMatchObject({ session: { token: member.token } });
      expect(withJwt.json()).toMatchObject({ session: { token: jwt } });
    }
  });
});

test('list-sessions gives a JWT handles with which revoke-session ends exactly that session', async () => {
  const { member, jwt, client, headers } = await aHolder();
  const list = async () =>
    (await client.get(path('list-sessions'), headers)).json<{ token: string; id: string }[]>();
  const before = await list();
  expect(before).toHaveLength(3);
  const others = before.filter(({ token }) => token !== jwt);
  expect(others).toHaveLength(2);
  const [first] = others;
  expect((await client.post(path('revoke-session'), { token: first?.token }, headers)).json()).toEqual({
    status: true,
  });
  expect((await list()).map(({ id }) => id)).toEqual(
    before.filter(({ id }) => id !== first?.id).map(({ id }) => id),
  );
  await client.post(path('revoke-session'), { token: jwt }, headers);
  expect((await client.get(path('get-session'), headers)).json()).toBeNull();
  expect((await member.client.get(`${path('get-session')}?disableCookieCache=true`)).json()).toBeNull();
});

test('a handle ends no session of another user, and none for a client with a cookie', async () => {
  const [ada, eve] = [await aHolder(), await aHolder()];
  const [mine] = (await ada.client.get(path('list-sessions'), ada.headers)).json<
    { token: string; id: string }[]
  >();
  const before = (await tokens()).length;
  await eve.client.post(path('revoke-session'), { token: mine?.id }, eve.headers);
  await ada.member.client.post(path('revoke-session'), { token: mine?.id });
  expect(await tokens()).toHaveLength(before);
});

test('changing the password with a JWT ends all sessions and gives a JWT for the new one', async () => {
  const { member, client, headers } = await aHolder();
  const answer = await client.post(path('change-password'), BODIES['change-password']?.(member), headers);
  const { token } = answer.json<{ token: string }>();
  expect((await client.get(path('get-session'), headers)).json()).toBeNull();
  expect((await client.get(path('get-session'), bearer(token))).json()).toMatchObject({
    session: { token },
    user: { id: member.id },
  });
});

test('a JWT does not work as a session token in a cookie', async () => {
  const { jwt } = await aHolder();
  const client = new BrowserLikeClient(gatehouse.origin);
  client.cookies.set('better-auth.session_token', jwt);
  expect((await client.get(path('get-session'))).json()).toBeNull();
});
