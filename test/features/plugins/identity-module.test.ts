import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { callback, throughProvider } from '../../conformance/provider-steps.js';
import {
  authorize,
  consent,
  exchange,
  signedIn,
} from '../../conformance/scenarios/plugins/oauth-provider.js';
import { created, setActive } from '../../conformance/scenarios/plugins/scim.js';
import { registered, signIn } from '../../conformance/scenarios/plugins/sso.js';
import { ADA } from '../../conformance/scenarios/values.js';
import { createSide, type Answer, type Side } from '../../conformance/side.js';
import { get, post, type Step } from '../../conformance/steps.js';
import { startOpenIdProvider, type OpenIdProvider } from '../../openid/openid-provider.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';

/** Below the checkout, so that the module finds the published library. */
const FOLDER = 'dist/identity-module-test';
const ISSUER = 'https://auth.example';
const RESOURCE = 'https://api.example';
const VARIABLES = {
  PLUGINS: `./${FOLDER}/plugins.cjs`,
  JWT_ISSUER: ISSUER,
  JWT_AUDIENCE: RESOURCE,
  RATE_LIMIT_ENABLED: 'false',
};
const MODULE = `
const { oauthProvider } = require('@better-auth/oauth-provider');
const { scim } = require('@better-auth/scim');
const { sso } = require('@better-auth/sso');
exports.default = ({ directoryAccess }) => [
  sso(),
  scim({
    connections: [{ id: 'acme', credentials: [{ type: 'bearer', id: '1', token: 'token-of-acme' }] }],
    identity: { reconcileUser: directoryAccess },
  }),
  oauthProvider({
    loginPage: '/login',
    consentPage: '/consent',
    resources: ['${RESOURCE}'],
    enforcePerClientResources: false,
  }),
];`;

let gatehouse: Gatehouse;
let database: TestDatabase;
let provider: OpenIdProvider;
let side: Side & { reset(): Promise<void> };

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/plugins.cjs`, MODULE);
  provider = await startOpenIdProvider();
  database = await createDatabase({ template: MIGRATED });
  await migrate(database, VARIABLES);
  gatehouse = await startGatehouse({ ...VARIABLES, BETTER_AUTH_TRUSTED_ORIGINS: provider.origin }, database);
  side = createSide(gatehouse.origin, database, { log: () => gatehouse.log(), provider });
});

beforeEach(() => side.reset());

afterAll(async () => {
  await gatehouse.stop();
  await Promise.all([database.drop(), provider.stop()]);
  rmSync(FOLDER, { recursive: true, force: true });
});

/** @returns the answer to the last step. */
async function take(...steps: readonly Step[]): Promise<Answer> {
  let last: Answer | undefined;
  for (const step of steps) last = await step.run(side);
  if (!last) throw new Error('no answer');
  return last;
}

const asBearer = (token: string) =>
  get('/list-sessions', { browser: 'client', headers: { authorization: `Bearer ${token}` } });

test('a directory that deactivates a user ends the sessions and bans, and lifts the ban again', async () => {
  expect((await take(created)).status).toBe(201);
  await database.query(
    `insert into sessions (id, user_id, token, expires_at, created_at, updated_at)
     select 'session', id, 'token-of-grace', now() + interval '1 day', now(), now() from users`,
  );
  expect((await take(asBearer('token-of-grace'))).status).toBe(200);
  expect((await take(setActive(false))).status).toBe(200);
  expect((await take(asBearer('token-of-grace'))).status).toBe(401);
  expect(await bans()).toEqual([{ banned: true, ban_reason: 'deactivated by a directory' }]);
  await take(setActive(true));
  expect(await bans()).toEqual([{ banned: false, ban_reason: null }]);
});

const bans = () => database.query('select banned, ban_reason from users');

test('an access token for an OAuth client opens no session', async () => {
  const resource = { resource: RESOURCE };
  const granted = await take(...signedIn, authorize(resource), consent(true), exchange(resource));
  expect(granted.status).toBe(200);
  const access = side.saved.get('access') ?? '';
  expect(access.split('.')).toHaveLength(3);
  expect((await take(asBearer(access))).status).toBe(401);
});

test('a person signs in at an SSO provider, unless an administrator has banned them', async () => {
  const guest = { browser: 'guest' };
  const again = { browser: 'again' };
  const begin = signIn({ providerId: 'acme-oidc' }, guest);
  await take(post('/sign-up/email', ADA), registered, begin, throughProvider(), callback(guest));
  const { text } = await take(get('/get-session', guest));
  expect(JSON.parse(text)).toMatchObject({ user: { email: expect.stringContaining('@') } });
  await database.query(`update users set banned = true where email <> '${ADA.email}'`);
  const refused = await take(signIn({ providerId: 'acme-oidc' }, again), throughProvider(), callback(again));
  expect(refused.headers.find(([name]) => name === 'location')?.[1]).toContain('error=BANNED_USER');
  expect((await take(get('/get-session', again))).text).toBe('null');
});
