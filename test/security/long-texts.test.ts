import type { Answer } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { metric } from '../setup/metrics.js';
import { aMember, aPerson, aStranger, bearer } from '../setup/people.js';

const LONGEST_HEADER = 4096;
let gatehouse: Gatehouse;

beforeAll(async () => {
  gatehouse = await startGatehouse({
    SESSION_CACHE: 'true',
    SESSION_COOKIE_CACHE_ENABLED: 'true',
    GITHUB_CLIENT_ID: 'id',
    GITHUB_CLIENT_SECRET: 'secret',
  });
});

afterAll(() => gatehouse.stop());

/** The length of the longest header. Each cookie is a header of its own. */
const longest = ({ headers: { 'set-cookie': cookies = [], ...others } }: Answer): number =>
  Math.max(...[...cookies, ...Object.values(others).map(String)].map(({ length }) => length));

const tooBig = (field: string, most: number) => [
  400,
  {
    message: `[body.${field}] Too big: expected string to have <=${most} characters`,
    code: 'VALIDATION_ERROR',
  },
];

test.each([
  ['name', 1000],
  ['image', 65_536],
])('a %s of more than %i characters is refused, by sign-up and by update-user', async (field, most) => {
  const long = { [field]: 'x'.repeat(most + 1) };
  const signUp = await aStranger(gatehouse).post('/api/auth/sign-up/email', { ...aPerson(), ...long });
  expect([signUp.status, signUp.json()]).toEqual(tooBig(field, most));
  const { client } = await aMember(gatehouse);
  const update = await client.post('/api/auth/update-user', long);
  expect([update.status, update.json()]).toEqual(tooBig(field, most));
  const allowed = await client.post('/api/auth/update-user', { [field]: 'x'.repeat(most) });
  expect(allowed.status).toBe(200);
});

test.each([
  ['scopes', Array.from({ length: 101 }, () => 'x'), 'Too big: expected array to have <=100 items'],
  ['additionalData', { a: 'x'.repeat(8192) }, 'Too big: expected record to have <=8192 characters as JSON'],
])('a long %s is refused', async (field, value, message) => {
  const body = { provider: 'google', [field]: value };
  const answer = await aStranger(gatehouse).post('/api/auth/sign-in/social', body);
  expect([answer.status, answer.json<{ message: string }>().message]).toEqual([
    400,
    `[body.${field}] ${message}`,
  ]);
});

test('a session keeps the first 512 characters of a user agent', async () => {
  const { text } = await aStranger(gatehouse).post('/api/auth/sign-up/email', aPerson(), {
    'user-agent': 'x'.repeat(4000),
  });
  const { token } = JSON.parse(text) as { token: string };
  const query = 'select length(user_agent) as length from sessions where token = $1';
  expect(await gatehouse.database.query(query, [token])).toEqual([{ length: 512 }]);
});

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: unknown;
  readonly maxLength?: number;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
}

interface Document {
  readonly paths: Record<
    string,
    Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>
  >;
  readonly components: { readonly schemas: Record<string, Schema> };
}

test('the OpenAPI document says of every text in a body how long it may be', async () => {
  const { paths, components } = (await aStranger(gatehouse).get('/docs/json')).json<Document>();
  const unlimited: string[] = [];
  let texts = 0;
  const visit = (schema: Schema, where: string): void => {
    const named = schema.$ref?.split('/').at(-1);
    if (named) visit(components.schemas[named] ?? {}, where);
    for (const part of schema.allOf ?? []) visit(part, where);
    if (schema.items) visit(schema.items, `${where}[]`);
    for (const [name, inner] of Object.entries(schema.properties ?? {})) visit(inner, `${where}.${name}`);
    if (schema.type !== 'string' || schema.enum) return;
    texts += 1;
    if (schema.maxLength === undefined) unlimited.push(where);
  };
  for (const [path, operations] of Object.entries(paths))
    for (const { requestBody } of Object.values(operations))
      for (const { schema } of Object.values(requestBody?.content ?? {})) visit(schema, path);
  expect(unlimited).toEqual([]);
  expect(texts).toBeGreaterThan(40);
});

test('a user with a picture of 8 KB works, and no header is longer than 4 KB', async () => {
  const { client } = await aMember(gatehouse);
  await client.post('/api/auth/update-user', { image: 'x'.repeat(8000) });
  const answer = await client.get('/api/auth/get-session?disableCookieCache=true');
  expect(answer.json<{ user: { image: string } }>().user.image).toHaveLength(8000);
  expect(answer.headers['set-auth-jwt']).toBeUndefined();
  expect(longest(answer)).toBeLessThanOrEqual(LONGEST_HEADER);
  const { token } = (await client.get('/api/auth/token')).json<{ token: string }>();
  const again = await aStranger(gatehouse).get('/api/auth/get-session', bearer(token));
  expect(again.json<{ user: { image: string } }>().user.image).toHaveLength(8000);
});

test('a user whose row has too much for cookies still works, without the cookies', async () => {
  const { client, id } = await aMember(gatehouse);
  await gatehouse.database.query(`update users set image = repeat('x', 300000) where id = '${id}'`);
  const answer = await client.get('/api/auth/get-session?disableCookieCache=true');
  expect(answer.json<{ user: { image: string } }>().user.image).toHaveLength(300_000);
  expect(longest(answer)).toBeLessThanOrEqual(LONGEST_HEADER);
  expect([...client.cookies.keys()]).toEqual(['better-auth.session_token']);
  expect((await client.post('/api/auth/update-user', { image: null })).status).toBe(200);
  expect((await client.post('/api/auth/sign-out')).status).toBe(200);
});

test('a long URL of a provider is in the body alone', async () => {
  const scopes = Array.from({ length: 100 }, (_, index) => `${'x'.repeat(100)}${index}`);
  const ask = (body: object) =>
    aStranger(gatehouse).post('/api/auth/sign-in/social', { provider: 'github', ...body });
  const short = await ask({});
  expect(short.headers.location).toBe(short.json<{ url: string }>().url);
  const long = await ask({ scopes });
  expect(long.json<{ url: string }>().url.length).toBeGreaterThan(10_000);
  expect(long.headers.location).toBeUndefined();
  expect(longest(long)).toBeLessThanOrEqual(LONGEST_HEADER);
});

test('a redirect repeats only the beginning of a long error', async () => {
  const client = aStranger(gatehouse);
  const body = { provider: 'github', callbackURL: '/in', errorCallbackURL: '/out' };
  const { url } = (await client.post('/api/auth/sign-in/social', body)).json<{ url: string }>();
  const text = 'x'.repeat(2000);
  const state = new URL(url).searchParams.get('state') ?? '';
  const query = new URLSearchParams({ state, error: text, error_description: text });
  const answer = await client.get(`/api/auth/callback/github?${query.toString()}`);
  expect([answer.status, answer.headers.location]).toEqual([
    302,
    `/out?error=${text.slice(0, 100)}&error_description=${text.slice(0, 500)}`,
  ]);
});

test('the session cache keeps only sessions with little text', async () => {
  const entries = () => metric(gatehouse, 'gatehouse_session_cache_entries');
  const [small, large] = [await aMember(gatehouse), await aMember(gatehouse)];
  await gatehouse.database.query(`update users set name = repeat('x', 2000000) where id = '${large.id}'`);
  const ask = async ({ token }: { token: string }) => {
    expect((await aStranger(gatehouse).get('/api/auth/get-session', bearer(token))).status).toBe(200);
  };
  const before = await entries();
  await ask(small);
  const between = await entries();
  await ask(large);
  await ask(large);
  expect([between - before, (await entries()) - between]).toEqual([1, 0]);
});

test('the preflight and the answers do not repeat long headers of the request', async () => {
  const open = await startGatehouse(
    { BETTER_AUTH_TRUSTED_ORIGINS: 'https://*.example.com' },
    gatehouse.database,
  );
  try {
    const origin = `https://${'a'.repeat(9000)}.example.com`;
    expect(
      (await aStranger(open).get('/api/auth/ok', { origin })).headers['access-control-allow-origin'],
    ).toBe(undefined);
    const preflight = await aStranger(open).call('/api/auth/sign-out', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': Array.from(
          { length: 60 },
          (_, index) => `x-${'y'.repeat(200)}${index}`,
        ).join(),
      },
    });
    expect(preflight.status).toBe(204);
    expect(longest(preflight)).toBeLessThanOrEqual(LONGEST_HEADER);
  } finally {
    await open.stop();
  }
});
