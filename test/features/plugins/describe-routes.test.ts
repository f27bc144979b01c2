import { createConfig, lintFromString } from '@redocly/openapi-core';
import { fetchDocument, routesOf, type OpenApi, type Route } from '../../documentation/document.js';
import { PluginErrorCheck } from '../../documentation/plugin-error-check.js';
import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { createDatabase } from '../../setup/database.js';
import { startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';

const VARIABLES = {
  PLUGINS:
    'two-factor,organization,admin,username,magic-link,email-otp,phone-number,anonymous,multi-session,one-time-token,device-authorization,passkey,api-key,oauth-provider,sso,scim',
  ORGANIZATION_DYNAMIC_ACCESS_CONTROL_ENABLED: 'true',
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
    expect(route?.operation.responses['500']?.description).toContain('the body is sent if `Accept` names');
  }
  const guarded = routes.find(({ name }) => name === 'POST /api/auth/two-factor/enable');
  expect([guarded?.isGuarded, guarded?.operation.requestBody]).toEqual([true, expect.any(Object)]);
  const open = routes.find(({ name }) => name === 'GET /api/auth/magic-link/verify');
  expect([open?.isGuarded, open?.query.map(({ name }) => name)]).toEqual([
    false,
    expect.arrayContaining(['token', 'callbackURL']),
  ]);
});

test('a query with several forms has the parameters of all of them', () => {
  const { parameters } = document.paths['/api/auth/organization/get-role']?.['get'] ?? {};
  expect(parameters?.map(({ name, required }) => [name, required])).toEqual([
    ['organizationId', false],
    ['roleName', false],
    ['roleId', false],
  ]);
});

/** The codes that the schema of a status lists, in `code` or in `error`. */
function listed(name: string, status: number): string[] {
  const route = routes.find((each) => each.name === name);
  const schema = JSON.stringify(
    route?.operation.responses[status]?.content?.['application/json']?.schema ?? {},
  );
  return [...schema.matchAll(/"enum":(\[[^\]]*\])/g)].flatMap(
    ([, found = '']) => JSON.parse(found) as string[],
  );
}

test('every route of a plugin lists the codes of its errors', () => {
  const plugins = new Set(VARIABLES.PLUGINS.split(',').filter((id) => id !== 'scim'));
  const described = routes.filter(({ operation }) => plugins.has(operation.tags?.[0] ?? ''));
  expect(described.length).toBeGreaterThan(120);
  const open = described.flatMap(({ name, operation }) =>
    Object.entries(operation.responses)
      .filter(([status, { description }]) => status !== '500' && description.includes('Other codes'))
      .map(([status]) => `${status} ${name}`),
  );
  expect(open).toEqual([]);
  for (const { name } of described)
    expect([name, listed(name, 400)]).toEqual([name, expect.arrayContaining(['VALIDATION_ERROR'])]);
  expect(listed('POST /api/auth/two-factor/verify-backup-code', 401)).toEqual([
    'FAILED_TO_GET_SESSION',
    'INVALID_BACKUP_CODE',
    'INVALID_CODE',
    'INVALID_TWO_FACTOR_COOKIE',
    'USER_NOT_FOUND',
  ]);
  expect(listed('POST /api/auth/oauth2/token', 400)).toEqual(
    expect.arrayContaining(['invalid_grant', 'unsupported_grant_type']),
  );
});

test('the errors of directories have the form of SCIM, with the reasons of each status', () => {
  const route = routes.find(({ name }) => name === 'PATCH /api/auth/scim/v2/Users/{userId}');
  const reasons = (status: string) =>
    (
      route?.operation.responses[status]?.content?.['application/scim+json']?.schema as {
        properties: { scimType?: { enum: string[] } };
      }
    ).properties.scimType?.enum;
  expect(reasons('400')).toEqual([
    'invalidFilter',
    'invalidPath',
    'invalidSyntax',
    'invalidValue',
    'mutability',
    'noTarget',
  ]);
  expect([reasons('409'), reasons('404')]).toEqual([['uniqueness'], undefined]);
});

test('what plugins answer is in the document', async () => {
  const check = new PluginErrorCheck(document);
  const client = new BrowserLikeClient(gatehouse.origin);
  const requests = [
    ['POST', '/two-factor/verify-totp', { code: '123456' }, 'INVALID_TWO_FACTOR_COOKIE'],
    ['POST', '/organization/create', { name: 'Acme', slug: 'acme' }, ''],
    ['POST', '/organization/set-active', { organizationId: 'none' }, 'UNAUTHORIZED'],
    ['POST', '/sign-in/username', { username: 'a', password: 'long enough' }, 'USERNAME_TOO_SHORT'],
    [
      'POST',
      '/sign-in/username',
      { username: 'nobody', password: 'long enough' },
      'INVALID_USERNAME_OR_PASSWORD',
    ],
    ['POST', '/sign-in/email-otp', { email: 'nobody@example.com', otp: '123456' }, 'INVALID_OTP'],
    ['POST', '/phone-number/verify', { phoneNumber: '+15551230001', code: '123456' }, 'OTP_NOT_FOUND'],
    ['GET', '/api-key/get?id=none', undefined, 'UNAUTHORIZED'],
    ['POST', '/device/token', { grant_type: 'x' }, 'VALIDATION_ERROR'],
    ['POST', '/one-time-token/verify', { token: 'none' }, 'Invalid token'],
    [
      'POST',
      '/sign-in/magic-link',
      { email: 'a@example.com', callbackURL: 'https://elsewhere.example' },
      'INVALID_CALLBACK_URL',
    ],
    ['POST', '/sign-in/magic-link', '{', 'BAD_REQUEST'],
  ] as const;
  for (const [method, path, body, said] of requests) {
    const answer = await client.call(`/api/auth${path}`, { method, body });
    expect([path, answer.text]).toEqual([path, expect.stringContaining(said)]);
    check.watch(
      { method, path: `/api/auth${path}` },
      { ...answer, headers: Object.entries(answer.headers) as [string, string][] },
    );
  }
  expect([check.compared, check.faults]).toEqual([requests.length, []]);
  const headers = [['content-type', 'application/json']] as const;
  for (const answer of [
    { status: 401, headers, text: '{"message":"Other","code":"OF_NO_PLUGIN"}' },
    { status: 418, headers, text: '{"message":"Other","code":"UNAUTHORIZED"}' },
  ])
    check.watch({ method: 'GET', path: '/api/auth/api-key/get' }, answer);
  expect(check.faults).toEqual([expect.stringContaining('OF_NO_PLUGIN'), expect.stringContaining('418')]);
});

test('the linter finds no problem with its recommended rules', async () => {
  const config = await createConfig({
    extends: ['recommended'],
    rules: { 'operation-4xx-response': 'off', 'operation-2xx-response': 'off' },
  });
  const problems = await lintFromString({ source: text, config });
  expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
});
