import { createConfig, lintFromString } from '@redocly/openapi-core';
import { SECRET, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { runToEnd } from '../setup/run-to-end.js';
import { fetchDocument, routesOf, type OpenApi, type Route } from './document.js';

let gatehouse: Gatehouse;
let text: string;
let document: OpenApi;
let routes: Route[];

beforeAll(async () => {
  gatehouse = await startGatehouse();
  ({ text, document } = await fetchDocument(gatehouse));
  routes = routesOf(document);
});

afterAll(() => gatehouse.stop());

test('the linter finds no problem with its recommended rules', async () => {
  const config = await createConfig({
    extends: ['recommended'],
    // Health, metrics and the public keys have no 4xx answer.
    rules: {
      'operation-4xx-response': 'off',
      // Routes behind mailed links answer only with 302.
      'operation-2xx-response': 'off',
    },
  });
  const problems = await lintFromString({ source: text, config });
  expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
});

test('the document describes all routes of the server and no others', async () => {
  const { out } = await runToEnd('test/documentation/print-routes.mjs', {
    environment: { DATABASE_URL: gatehouse.database.url, BETTER_AUTH_SECRET: SECRET, LOG_LEVEL: 'silent' },
  });
  // The documentation does not describe itself, `/` only redirects to it, and HEAD answers as GET does without the body.
  const served = routesPrinted(out).filter((route) => !/^HEAD |^\S+ \/(docs.*)?$/.test(route));
  expect(served.length).toBeGreaterThan(15);
  expect(routes.map(({ name }) => name).toSorted()).toEqual(served.toSorted());
});

test('every operation has a summary, a tag, security, an answer and descriptions', () => {
  for (const { name, operation } of routes) {
    expect([name, operation.summary]).toEqual([name, expect.stringMatching(/^[A-Z].{3,}/)]);
    expect([name, operation.tags]).toEqual([name, [expect.any(String)]]);
    expect([name, operation.security]).toEqual([name, expect.any(Array)]);
    const [media] = Object.values(operation.responses['200']?.content ?? {});
    const answered = media?.schema ?? operation.responses['302'];
    expect([name, answered]).toEqual([name, expect.any(Object)]);
    for (const { description } of Object.values(operation.responses)) expect(description).not.toBe('');
  }
});

test('every body has an example for each content type', () => {
  for (const { name, operation } of routes) {
    for (const { example } of Object.values(operation.requestBody?.content ?? {}))
      expect([name, example]).toEqual([name, expect.any(Object)]);
  }
});

test('guarded operations accept three kinds of credentials and document their 401', () => {
  const guarded = routes.filter((route) => route.isGuarded);
  expect(guarded.length).toBeGreaterThan(5);
  for (const { name, operation, errors } of guarded) {
    expect([name, operation.security]).toEqual([name, [{ cookie: [] }, { sessionToken: [] }, { jwt: [] }]]);
    const withoutWords = operation.responses[401]?.description.includes('No body: nobody is signed in');
    const refusal = withoutWords ? 'FAILED_TO_GET_SESSION' : 'UNAUTHORIZED';
    expect([name, errors]).toEqual([name, expect.arrayContaining([[401, refusal]])]);
  }
});

test('the schema of every error lists its codes, so that a generated type has them', () => {
  let listed = 0;
  for (const { name, operation } of routes) {
    for (const [status, { content }] of Object.entries(operation.responses)) {
      const { schema, examples = {} } = content?.['application/json'] ?? {};
      const codes = Object.values(examples).flatMap(({ value }) => (value as { code?: string }).code ?? []);
      if (Number(status) < 400 || codes.length === 0) continue;
      const { allOf: [, own] = [] } = schema as { allOf?: { properties?: { code?: { enum?: string[] } } }[] };
      expect([name, status, own?.properties?.code?.enum]).toEqual([name, status, codes]);
      listed += 1;
    }
  }
  expect(listed).toBeGreaterThan(50);
});

test('every route of the protocol declares 429', () => {
  for (const { name, operation } of routes.filter(({ path }) => path.startsWith('/api/auth/')))
    expect([name, Object.keys(operation.responses)]).toEqual([name, expect.arrayContaining(['429'])]);
});

test('the schemas of a user, a session and an account have these names', () => {
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.arrayContaining(['User', 'Session', 'Account']),
  );
  expect(text).not.toMatch(/\/(User|Session|Account)Answer"/);
});

test('get-session documents its query', () => {
  const route = routes.find(({ name }) => name === 'GET /api/auth/get-session');
  expect(route?.query.map(({ name }) => name).toSorted()).toEqual(['disableCookieCache', 'disableRefresh']);
});

test('the documented cookie has the name that the server is configured to use', async () => {
  expect(document.components.securitySchemes['cookie']?.name).toBe('better-auth.session_token');
  const other = await startGatehouse(
    { ADVANCED_COOKIE_PREFIX: 'gate', ADVANCED_USE_SECURE_COOKIES: 'true' },
    gatehouse.database,
  );
  const { document: otherDocument } = await fetchDocument(other);
  await other.stop();
  expect(otherDocument.components.securitySchemes['cookie']?.name).toBe('__Secure-gate.session_token');
});

/** Parses Fastify's drawing of its routes. Each line continues the path of the line above with less indentation. */
function routesPrinted(drawing: string): string[] {
  const above: string[] = [];
  return drawing.split('\n').flatMap((line) => {
    const match = /^([│ ]*[├└]── )(\S*)(?: \(([^)]+)\))?/.exec(line);
    if (!match) return [];
    const depth = (match[1]?.length ?? 0) / 4;
    above.length = depth - 1;
    above.push(match[2] ?? '');
    const path = above.join('').replace(/^\/\/+/, '/');
    const described = path.replace(/:(\w+)/g, '{$1}');
    return (match[3]?.split(', ') ?? []).map((method) => `${method} ${described}`);
  });
}
