import { readFileSync } from 'node:fs';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { aMember, aStranger } from '../setup/people.js';
import { startSocialServer, type SocialServer } from '../social/social-server.js';
import { Visitor } from '../social/visitor.js';

let server: SocialServer;

beforeAll(async () => {
  server = await startSocialServer(
    { DATABASE_POOL_SIZE: '7' },
    { broken: { discoveryUrl: 'http://127.0.0.1:1/x' } },
  );
});

afterAll(() => server.stop());

const shown = async () => (await aStranger(server.gatehouse).get('/metrics')).text;

test('shows the versions of the server and of Node.js', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await shown()).toContain(`gatehouse_build_info{version="${version}",node="${process.version}"} 1`);
});

test('counts sign-ins by outcome, with e-mail and at a provider', async () => {
  const { email, password } = await aMember(server.gatehouse);
  const client = new BrowserLikeClient(server.gatehouse.origin);
  await client.post('/api/auth/sign-in/email', { email, password });
  await client.post('/api/auth/sign-in/email', { email, password: 'wrong password' });
  await client.post('/api/auth/sign-in/email', { email: 'nobody@example.com', password });
  await new Visitor(server.gatehouse).signIn('acme');
  const text = await shown();
  expect(text).toContain('gatehouse_sign_ins_total{method="email",outcome="success"} 1');
  expect(text).toContain('gatehouse_sign_ins_total{method="email",outcome="invalid_email_or_password"} 2');
  expect(text).toContain('gatehouse_sign_ins_total{method="acme",outcome="success"} 1');
  expect(text).toMatch(
    /gatehouse_provider_call_duration_seconds_count\{provider="acme",call="tokens",outcome="answered"\} 1/,
  );
  expect(text).toMatch(
    /gatehouse_provider_call_duration_seconds_count\{provider="broken",call="discovery",outcome="failed"\} [1-9]/,
  );
});

test('measures the pool, the statements and the password hashes', async () => {
  const text = await shown();
  expect(text).toContain('gatehouse_database_connections_limit 7');
  expect(text).toMatch(/gatehouse_database_connections\{state="idle"\} [1-7]\n/);
  expect(text).toContain('gatehouse_database_connections_awaited 0');
  for (const operation of ['select', 'insert', 'start', 'commit'])
    expect(text).toMatch(
      new RegExp(`gatehouse_database_statement_duration_seconds_count\\{operation="${operation}"\\} [1-9]`),
    );
  expect(text).toMatch(/gatehouse_password_hash_duration_seconds_count\{phase="compute"\} [1-9]/);
});

test('counts statements that fail by the class of their SQLSTATE', async () => {
  await server.gatehouse.database.query(
    'alter table verifications add constraint never check (false) not valid',
  );
  await aStranger(server.gatehouse).post('/api/auth/sign-in/social', { provider: 'acme' });
  await server.gatehouse.database.query('alter table verifications drop constraint never');
  expect(await shown()).toMatch(/gatehouse_database_statement_failures_total\{class="23"\} [1-9]/);
});

test('what outsiders send never becomes a label', async () => {
  const client = aStranger(server.gatehouse);
  for (const word of ['one', 'two', 'three']) {
    await client.get(`/api/auth/outsider-${word}`);
    await client.get(`/api/auth/callback/outsider-${word}?error=outsider-${word}&state=outsider-${word}`);
    await client.post('/api/auth/sign-in/social', { provider: `outsider-${word}` });
    await client.post('/api/auth/sign-in/email', {
      email: `outsider-${word}@example.com`,
      password: 'outsider-12345',
    });
  }
  expect(await shown()).not.toContain('outsider');
});
