import { createHash } from 'node:crypto';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';

let database: TestDatabase;
let plain: Gatehouse;
let secure: Gatehouse;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  [plain, secure] = await Promise.all([
    startGatehouse({}, database),
    startGatehouse({ BETTER_AUTH_URL: 'https://auth.example.com' }, database),
  ]);
});

afterAll(async () => {
  await Promise.all([plain.stop(), secure.stop()]);
  await database.drop();
});

const headersOf = async (path: string, server = plain) =>
  (await new BrowserLikeClient(server.origin).get(path)).headers;

test.each(['/api/auth/ok', '/api/auth/list-sessions', '/health/live', '/metrics'])(
  '%s forbids browsers to load anything, to frame it and to guess its type',
  async (path) =>
    expect(await headersOf(path)).toMatchObject({
      'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'$/),
      'x-content-type-options': 'nosniff',
    }),
);

test('only documents have the headers that browsers ignore elsewhere', async () => {
  const ofDocuments = [
    'cross-origin-opener-policy',
    'origin-agent-cluster',
    'referrer-policy',
    'x-dns-prefetch-control',
    'x-frame-options',
  ];
  const sent = async (path: string) => Object.keys(await headersOf(path));
  expect(await sent('/docs')).toEqual(expect.arrayContaining(ofDocuments));
  expect(await sent('/api/auth/error?error=x')).toEqual(expect.arrayContaining(ofDocuments));
  expect((await sent('/api/auth/ok')).filter((name) => ofDocuments.includes(name))).toEqual([]);
});

test('the redirect of a mailed link sends Referrer-Policy: no-referrer', async () => {
  const { status, headers } = await new BrowserLikeClient(plain.origin).get(
    '/api/auth/verify-email?token=x&callbackURL=%2Fwelcome',
  );
  expect(status).toBe(302);
  expect(headers['referrer-policy']).toBe('no-referrer');
});

test.each(['/docs', '/docs/', '/docs/swagger-ui-bundle.js'])(
  '%s allows scripts of this server and no inline scripts',
  async (path) => {
    const { 'content-security-policy': policy } = await headersOf(path);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self'");
  },
);

test('a path with /docs/ in its query does not get the policy of the documentation', async () => {
  const { 'content-security-policy': policy } = await headersOf('/api/auth/ok?x=/docs/');
  expect(policy).not.toContain('script-src');
});

test('the policy of the error page allows only its own style', async () => {
  const { headers, text } = await new BrowserLikeClient(plain.origin).get('/api/auth/error?error=x');
  const styles = [...text.matchAll(/<style>(.*?)<\/style>/gs)].map(([, style = '']) => style);
  expect(styles).toHaveLength(1);
  const hash = createHash('sha256').update(styles.join('')).digest('base64');
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
  expect(headers['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
  expect(text).not.toMatch(/<script|style=|onclick/);
});

test('only a server with an https URL sends Strict-Transport-Security', async () => {
  expect(await headersOf('/api/auth/ok')).not.toHaveProperty('strict-transport-security');
  expect(await headersOf('/api/auth/ok', secure)).toMatchObject({
    'strict-transport-security': 'max-age=31536000',
  });
});
