import { createConfig, lintFromString } from '@redocly/openapi-core';
import { fetchDocument, routesOf, type OpenApi, type Route } from '../../documentation/document.js';
import { createDatabase } from '../../setup/database.js';
import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';

const VARIABLES = {
  PLUGINS:
    'two-factor,organization,admin,username,magic-link,email-otp,multi-session,one-time-token,device-authorization,oauth-provider,sso,scim',
  OAUTH_PROVIDER_LOGIN_PAGE: '/login',
  OAUTH_PROVIDER_CONSENT_PAGE: '/consent',
  SCIM_CONNECTIONS: '[{"id":"acme","credentials":[{"id":"1","token":"token-of-acme"}]}]',
};

let gatehouse: Gatehouse;
let text: string;
let document: OpenApi;
let routes: Route[];

beforeAll(async () => {
  const database = await createDatabase();
  await migrate(database, VARIABLES);
  gatehouse = await startGatehouse(VARIABLES, database);
  ({ text, document } = await fetchDocument(gatehouse));
  routes = routesOf(document);
});

afterAll(async () => {
  await gatehouse.stop();
  await gatehouse.database.drop();
});

test('the document has the routes of every plugin under the name of the plugin', () => {
  for (const [tag, name] of [
    ['two-factor', 'POST /api/auth/two-factor/enable'],
    ['organization', 'POST /api/auth/organization/create'],
    ['admin', 'POST /api/auth/admin/ban-user'],
    ['magic-link', 'GET /api/auth/magic-link/verify'],
    ['email-otp', 'POST /api/auth/email-otp/send-verification-otp'],
    ['oauth-provider', 'POST /api/auth/oauth2/token'],
    ['sso', 'POST /api/auth/sign-in/sso'],
    ['scim', 'PATCH /api/auth/scim/v2/Users/{userId}'],
  ] as const) {
    const route = routes.find((each) => each.name === name);
    expect([name, route?.operation.tags]).toEqual([name, [tag]]);
    expect(Object.keys(route?.operation.responses ?? {})).toEqual(expect.arrayContaining(['200', '429']));
    expect(route?.operation.responses['500']?.description).toContain('without a body unless');
  }
  const guarded = routes.find(({ name }) => name === 'POST /api/auth/two-factor/enable');
  expect([guarded?.isGuarded, guarded?.operation.requestBody]).toEqual([true, expect.any(Object)]);
  const open = routes.find(({ name }) => name === 'GET /api/auth/magic-link/verify');
  expect([open?.isGuarded, open?.query.map(({ name }) => name)]).toEqual([
    false,
    expect.arrayContaining(['token', 'callbackURL']),
  ]);
});

test('the linter finds no problem with its recommended rules', async () => {
  const config = await createConfig({
    extends: ['recommended'],
    rules: { 'operation-4xx-response': 'off', 'operation-2xx-response': 'off' },
  });
  const problems = await lintFromString({ source: text, config });
  expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
});
