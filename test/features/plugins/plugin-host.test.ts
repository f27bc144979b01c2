import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fetchDocument } from '../../documentation/document.js';
import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, SECRET, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';
import { aMember, aPerson, onAnotherDevice } from '../../setup/people.js';
import { expectOneSentence, runToEnd } from '../../setup/run-to-end.js';

const LOADED = { NODE_OPTIONS: '--import=./test/features/plugins/loaded-modules.mjs' };

const started: { gatehouse: Gatehouse; database: TestDatabase }[] = [];

afterAll(async () => {
  for (const { gatehouse, database } of started) {
    await gatehouse.stop();
    await database.drop();
  }
});

async function startWith(variables: Record<string, string>): Promise<Gatehouse> {
  const database = await createDatabase({ template: MIGRATED });
  await migrate(database, variables);
  const gatehouse = await startGatehouse(variables, database);
  started.push({ gatehouse, database });
  return gatehouse;
}

test('without PLUGINS neither the published library nor its host is loaded', async () => {
  const gatehouse = await startGatehouse(LOADED);
  const client = new BrowserLikeClient(gatehouse.origin);
  await client.post('/api/auth/sign-up/email', aPerson());
  await client.get('/docs/json');
  expect(gatehouse.log()).not.toContain('loaded file:');
  await gatehouse.stop();
});

describe('with two-factor and username', () => {
  let gatehouse: Gatehouse;

  beforeAll(async () => {
    gatehouse = await startWith({ ...LOADED, PLUGINS: 'two-factor, username', RATE_LIMIT_ENABLED: 'false' });
  });

  test('the published library and its host are loaded', () => {
    expect(gatehouse.log()).toMatch(/loaded file:.*\/better-auth\//);
    expect(gatehouse.log()).toMatch(/loaded file:.*\/features\/plugins\/plugin-host.js/);
  });

  test('`login` gives no JWT and no session before the second factor', async () => {
    const ada = await aMember(gatehouse);
    await ada.client.post('/api/auth/two-factor/enable', { password: ada.password, method: 'otp' });
    const client = new BrowserLikeClient(gatehouse.origin);
    const { email, password } = ada;
    const answer = await client.post('/api/auth/login', { email, password });
    expect(answer.json()).toEqual({ twoFactorRedirect: true, twoFactorMethods: ['otp'] });
    const sessions = await gatehouse.database.query(
      `select 1 from sessions where user_id = '${ada.id}' and token <> '${ada.token}'`,
    );
    expect(sessions).toHaveLength(1);
    await client.post('/api/auth/two-factor/send-otp', {});
    await gatehouse.told(`mail code-second-factor to ${email}: `);
    const [, code] = new RegExp(`mail code-second-factor to ${email}: (\\d+)`).exec(gatehouse.log()) ?? [];
    const verified = await client.post('/api/auth/two-factor/verify-otp', { code });
    expect(verified.status).toBe(200);
    expect((await client.get('/api/auth/get-session')).json()).toMatchObject({ user: { email } });
  });

  test('a bearer token and a JWT open the routes of plugins', async () => {
    const ada = await aMember(gatehouse);
    const client = new BrowserLikeClient(gatehouse.origin);
    const ask = (authorization: string) =>
      client.post('/api/auth/two-factor/get-totp-uri', { password: ada.password }, { authorization });
    const jwt = (await ada.client.get('/api/auth/token')).json<{ token: string }>().token;
    const statuses = [
      await ask('Bearer nothing'),
      await ask(`Bearer ${jwt}`),
      await ask(`Bearer ${ada.token}`),
    ];
    // The user has no authenticator app, so the answer to a known user is 400.
    expect(statuses.map(({ status }) => status)).toEqual([401, 400, 400]);
  });

  test('a client with a JWT gets no session token from a plugin', async () => {
    const gatehouse = await startWith({ PLUGINS: 'admin' });
    const ada = await aMember(gatehouse);
    await gatehouse.database.query(`update users set role = 'admin' where id = '${ada.id}'`);
    const jwt = (await ada.client.get('/api/auth/token')).json<{ token: string }>().token;
    const client = new BrowserLikeClient(gatehouse.origin);
    const authorization = `Bearer ${jwt}`;
    const ask = (path: string, body: object) =>
      client.post(`/api/auth/admin/${path}`, body, { authorization });
    const [own] = (await ask('list-user-sessions', { userId: ada.id })).json<{
      sessions: Record<string, string>[];
    }>().sessions;
    expect(own?.['token']).toBe(jwt);
    const bob = await aMember(gatehouse);
    const others = await ask('list-user-sessions', { userId: bob.id });
    expect(others.json<{ sessions: Record<string, string>[] }>().sessions[0]?.['id']).toBeDefined();
    expect(others.text).not.toContain(bob.token);
    const asBob = await ask('impersonate-user', { userId: bob.id });
    expect(asBob.status).toBe(200);
    const [newest] = await gatehouse.database.query(
      `select token from sessions where user_id = '${bob.id}' and token <> '${bob.token}'`,
    );
    expect(newest).toBeDefined();
    expect(JSON.stringify([asBob.text, asBob.headers])).not.toContain(newest?.['token']);
  });

  test('a banned user gets no session from a plugin', async () => {
    const person = { ...aPerson(), username: 'banned_ada' };
    const client = new BrowserLikeClient(gatehouse.origin);
    await client.post('/api/auth/sign-up/email', person);
    await gatehouse.database.query(`update users set banned = true where email = '${person.email}'`);
    const answer = await new BrowserLikeClient(gatehouse.origin).post('/api/auth/sign-in/username', {
      username: person.username,
      password: person.password,
    });
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([403, 'BANNED_USER']);
  });

  test('input of a wrong type is refused with 400', async () => {
    const ada = await aMember(gatehouse);
    const answer = await ada.client.post('/api/auth/update-user', { username: 7 });
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([400, 'VALIDATION_ERROR']);
  });
});

describe('with LOCKOUT_ENABLED', () => {
  let gatehouse: Gatehouse;
  const signInByName = async (username: string, password: string) => {
    const answer = await new BrowserLikeClient(gatehouse.origin).post('/api/auth/sign-in/username', {
      username,
      password,
    });
    return answer.status;
  };

  beforeAll(async () => {
    gatehouse = await startWith({
      PLUGINS: 'two-factor, username',
      LOCKOUT_ENABLED: 'true',
      LOCKOUT_AFTER: '3',
    });
  });

  test('wrong passwords with a user name count as wrong passwords of the account', async () => {
    const person = { ...aPerson(), username: 'locked_ada' };
    await new BrowserLikeClient(gatehouse.origin).post('/api/auth/sign-up/email', person);
    const statuses = [];
    for (const password of ['wrong 1', 'wrong 2', 'wrong 3', person.password])
      statuses.push(await signInByName(person.username, password));
    expect(statuses).toEqual([401, 401, 401, 429]);
    const { email, password } = person;
    const byMail = await new BrowserLikeClient(gatehouse.origin).post('/api/auth/sign-in/email', {
      email,
      password,
    });
    expect(byMail.status).toBe(429);
  });

  test('an unknown user name is refused after as many attempts', async () => {
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push(await signInByName('nobody_at_all', 'a wrong password'));
    expect(statuses).toEqual([401, 401, 401, 429]);
  });

  test('wrong passwords for a route of a plugin that needs a session count too', async () => {
    const ada = await aMember(gatehouse);
    const statuses = [];
    for (const password of ['wrong 1', 'wrong 2', 'wrong 3', ada.password])
      statuses.push((await ada.client.post('/api/auth/two-factor/enable', { password })).status);
    expect(statuses).toEqual([400, 400, 400, 429]);
  });
});

test('the rate limits of plugins count', async () => {
  const gatehouse = await startWith({ PLUGINS: 'two-factor', RATE_LIMIT_ENABLED: 'true' });
  const client = new BrowserLikeClient(gatehouse.origin);
  const statuses: number[] = [];
  for (let n = 0; n < 4; n++)
    statuses.push((await client.post('/api/auth/two-factor/verify-totp', { code: '0' })).status);
  expect(statuses).toEqual([401, 401, 401, 429]);
});

test('text messages are posted to SMS_WEBHOOK_URL, in the language of the request', async () => {
  const posted: unknown[] = [];
  const service = createServer((request, response) => {
    const take = async () => {
      posted.push(JSON.parse(await text(request)));
      response.end();
    };
    void take();
  });
  await new Promise<void>((done) => service.listen(0, '127.0.0.1', done));
  const { port } = service.address() as AddressInfo;
  const gatehouse = await startWith({
    PLUGINS: 'phone-number',
    SMS_WEBHOOK_URL: `http://127.0.0.1:${port}/send`,
  });
  const answer = await new BrowserLikeClient(gatehouse.origin).post(
    '/api/auth/phone-number/send-otp',
    { phoneNumber: '+15551230001' },
    { 'accept-language': 'de' },
  );
  expect(answer.status).toBe(200);
  const otp = expect.stringMatching(/^\d{6}$/) as string;
  const message = expect.stringMatching(/^\d{6} ist Ihr Code für localhost\.$/) as string;
  expect(posted).toEqual([{ to: '+15551230001', otp, text: message, kind: 'sign-in' }]);
  service.close();
});

describe('with a module of plugins', () => {
  let gatehouse: Gatehouse;

  beforeAll(async () => {
    gatehouse = await startWith({ PLUGINS: './test/features/plugins/own-plugins.mjs' });
  });

  test('the document lists no codes, because the module may answer with others', async () => {
    const { document } = await fetchDocument(gatehouse);
    const { responses } = document.paths['/api/auth/is-username-available']?.['post'] ?? { responses: {} };
    expect(responses['422']?.description).toMatch(/`USERNAME_TOO_SHORT`: .*Other codes$/);
    expect(JSON.stringify(responses)).not.toContain('"enum"');
  });

  test('hooks on rows run for the rows of this server', async () => {
    const ada = await aMember(gatehouse, { email: 'ada@example.com' });
    const { user } = (await ada.client.get('/api/auth/get-session')).json<{ user: object }>();
    expect(user).toMatchObject({ name: 'Ada!', favouriteColour: 'blue' });
    const { notes } = (await ada.client.get('/api/auth/own/notes')).json<{ notes: object[] }>();
    expect(notes).toEqual([expect.objectContaining({ text: 'signed in', userId: ada.id })]);
    expect(await gatehouse.database.query('select text from own_notes')).toHaveLength(1);
  });

  test('a hook refuses a session', async () => {
    const ada = await aMember(gatehouse);
    const { email, password } = ada;
    const answer = await new BrowserLikeClient(gatehouse.origin).post(
      '/api/auth/sign-in/email',
      { email, password },
      { 'x-own': 'refuse' },
    );
    expect(answer.status).toBe(400);
  });

  test('a hook changes the body, for `login` too', async () => {
    const { password } = aPerson();
    for (const path of ['sign-in/email', 'login']) {
      const client = new BrowserLikeClient(gatehouse.origin);
      const answer = await client.post(`/api/auth/${path}`, { email: 'alias@example.com', password });
      expect(answer.json<{ user: { email: string } }>().user.email).toBe('ada@example.com');
    }
  });

  test('a hook that reads headers runs before every route, and only then', async () => {
    const ada = await aMember(gatehouse);
    const paths = ['get-session', 'list-sessions', 'own/notes'];
    for (const path of paths) {
      const stopped = await ada.client.get(`/api/auth/${path}`, { 'x-own': 'stop' });
      expect([stopped.status, stopped.json()]).toEqual([403, { message: 'Stopped', code: 'STOPPED' }]);
      expect((await ada.client.get(`/api/auth/${path}`)).status).toBe(200);
    }
  });

  test('a plugin checks new passwords of every route', async () => {
    const signUp = await new BrowserLikeClient(gatehouse.origin).post(
      '/api/auth/sign-up/email',
      aPerson({ password: 'my swordfish' }),
    );
    expect([signUp.status, signUp.json()]).toEqual([400, { message: 'Everybody knows it' }]);
    const ada = await aMember(gatehouse);
    const change = await ada.client.post('/api/auth/change-password', {
      currentPassword: ada.password,
      newPassword: 'your swordfish',
    });
    expect([change.status, change.json()]).toEqual([400, { message: 'Everybody knows it' }]);
    expect((await onAnotherDevice(gatehouse, ada)).id).toBe(ada.id);
  });

  test('a plugin sends mails and text messages', async () => {
    const answer = await new BrowserLikeClient(gatehouse.origin).post('/api/auth/own/send', {});
    expect(answer.json()).toEqual({ sent: true });
    await gatehouse.told('mail message to ada@example.com: good-news');
    await gatehouse.told('text sign-in to +15551230001: 123456');
  });
});

test.each([
  ['an unknown id', { PLUGINS: 'two-facter' }, /two-facter.*Did you mean two-factor/],
  ['a built-in plugin', { PLUGINS: 'jwt' }, /jwt, because that plugin is part of this server/],
  ['a missing module', { PLUGINS: './nothing.mjs' }, /nothing\.mjs cannot be loaded/],
  [
    'a wrong option',
    { PLUGINS: 'two-factor', TWO_FACTOR_OTP_OPTIONS_DIGITS: 'six' },
    /TWO_FACTOR_OTP_OPTIONS_DIGITS must be a whole number/,
  ],
  [
    'a misspelt option',
    { PLUGINS: 'two-factor', TWO_FACTOR_ISUER: 'x' },
    /TWO_FACTOR_ISUER is not a setting\. Rename it to TWO_FACTOR_ISSUER/,
  ],
  [
    'an option that the plugin refuses',
    { PLUGINS: 'device-authorization', DEVICE_AUTHORIZATION_EXPIRES_IN: 'soon' },
    /device-authorization does not start/,
  ],
  [
    'a page that oauth-provider needs',
    { PLUGINS: 'oauth-provider', OAUTH_PROVIDER_LOGIN_PAGE: '/login' },
    /oauth-provider also needs OAUTH_PROVIDER_CONSENT_PAGE/,
  ],
  [
    'directories that are not JSON',
    { PLUGINS: 'scim', SCIM_CONNECTIONS: 'acme', SCIM_MANAGED_CONNECTIONS_CREDENTIAL_HASH_SECRET: SECRET },
    /SCIM_CONNECTIONS must be JSON/,
  ],
  [
    'scim without a directory',
    { PLUGINS: 'scim' },
    /scim does not start: .*requires a provisioning connection/,
  ],
])('%s is one sentence at start', async (_, variables, sentence) => {
  const ended = await runToEnd('dist/src/main.js', {
    environment: {
      DATABASE_URL: 'postgresql://localhost:1/none',
      BETTER_AUTH_SECRET: SECRET,
      ...(variables as Record<string, string>),
    },
  });
  expectOneSentence(ended, sentence);
});
