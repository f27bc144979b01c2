import { danceThrough } from '../../openid/dance.js';
import {
  accountsOfGuest,
  followLogout,
  leave,
  providerLogout,
  strictSignIn,
} from '../../conformance/scenarios/plugins/sso.js';
import { createSide } from '../../conformance/side.js';
import { GRACE, startSamlProvider, type SamlProvider } from '../../saml/saml-provider.js';
import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';
import { aMember } from '../../setup/people.js';

const VARIABLES = { PLUGINS: 'sso', SSO_SAML_ENABLE_SINGLE_LOGOUT: 'true', RATE_LIMIT_ENABLED: 'false' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded', origin: 'null' };

let gatehouse: Gatehouse;
let database: TestDatabase;
let provider: SamlProvider;

beforeAll(async () => {
  provider = await startSamlProvider();
  database = await createDatabase({ template: MIGRATED });
  await migrate(database, VARIABLES);
  gatehouse = await startGatehouse(VARIABLES, database);
  const { client } = await aMember(gatehouse);
  const { certificate: cert, issuer, origin } = provider;
  const answer = await client.post('/api/auth/sso/register', {
    providerId: 'acme',
    issuer,
    domain: 'saml.example',
    samlConfig: {
      entryPoint: `${origin}/sso`,
      cert,
      callbackUrl: '/dashboard',
      idpMetadata: { entityID: issuer, cert },
      spMetadata: {},
      mapping: {
        email: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
        name: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name',
      },
    },
  });
  if (answer.status !== 200) throw new Error(answer.text);
});

afterAll(async () => {
  await gatehouse.stop();
  await Promise.all([database.drop(), provider.stop()]);
});

/** Signs in through the SAML provider. */
async function signIn() {
  const client = new BrowserLikeClient(gatehouse.origin);
  const begun = await client.post('/api/auth/sign-in/sso', { providerId: 'acme', callbackURL: '/dashboard' });
  const { url, form } = await danceThrough(begun.json<{ url: string }>().url);
  const returned = await client.post(url.pathname, form?.toString(), FORM);
  return { client, returned };
}

test('a person signs in through a SAML provider, and the audit trail names the sign-in', async () => {
  const { client, returned } = await signIn();
  expect([returned.status, returned.headers.location]).toEqual([302, '/dashboard']);
  const session = await client.get('/api/auth/get-session');
  expect(session.json()).toMatchObject({ user: { email: GRACE.email, name: 'Grace Hopper' } });
  const { user } = session.json<{ user: { id: string } }>();
  const events = await database.query(
    `select event, reason, request_id <> '' as "hasRequest" from gatehouse.audit_events
     where subject = '${user.id}' and event like 'session.%'`,
  );
  expect(events).toEqual([
    { event: 'session.created', reason: 'sso/saml2/sp/acs/:providerId', hasRequest: true },
  ]);
});

test('a banned user gets no session from a SAML provider', async () => {
  await signIn();
  await database.query(`update users set banned = true where email = '${GRACE.email}'`);
  const { client, returned } = await signIn();
  expect(returned.setCookies.filter((line) => line.includes('session_token'))).toEqual([]);
  expect((await client.get('/api/auth/get-session')).text).toBe('null');
  expect([returned.status, returned.headers.location]).toEqual([
    302,
    expect.stringMatching(/\/api\/auth\/error\?error=BANNED_USER&/),
  ]);
});

test.each([
  { who: 'the person', steps: [leave] },
  { who: 'the provider', steps: [providerLogout, followLogout] },
])('a session from a signed request and an encrypted answer ends when $who signs out', async ({ steps }) => {
  const side = createSide(gatehouse.origin, database, { log: () => gatehouse.log(), saml: provider });
  await side.reset();
  for (const step of strictSignIn) await step.run(side);
  expect((await accountsOfGuest.run(side))?.status).toBe(200);
  for (const step of steps) expect((await step.run(side))?.status ?? 302).toBe(302);
  expect((await accountsOfGuest.run(side))?.status).toBe(401);
});
