import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import { startGatehouse, SECRET, type Gatehouse } from '../setup/gatehouse.js';

const PASSWORD = 'marked-password-5309';
const EMAIL = 'marked.person@example.com';

/** Texts that the log of a server with the level `trace` must not contain. */
const secrets = new Set([SECRET, PASSWORD, EMAIL, 'Marked Name', 'marked-']);
const answers: Answer[] = [];
let gatehouse: Gatehouse;
let log: string;
let entries: LogEntry[];

interface LogEntry {
  readonly level: number;
  readonly msg: string;
  readonly requestId?: string;
  readonly status?: number;
  readonly route?: string;
}

beforeAll(async () => {
  gatehouse = await startGatehouse({ LOG_LEVEL: 'trace' });
  try {
    await askEverything();
    await askMalformed();
    await askWithFailingTables();
  } finally {
    await gatehouse.stop();
  }
  log = gatehouse.log();
  entries = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogEntry);
});

async function ask(client: BrowserLikeClient, method: string, path: string, body?: unknown, headers = {}) {
  const answer = await client.call(path, { method, body, headers });
  answers.push(answer);
  // Everything that the server issues is a secret.
  for (const line of answer.setCookies) addSecret(line.split(';', 1)[0]?.split('=').slice(1).join('='));
  addSecret(String(answer.headers['set-auth-token'] ?? ''));
  addSecret(String(answer.headers['set-auth-jwt'] ?? ''));
  for (const [, value] of answer.text.matchAll(/"(?:token|accessToken)":"([^"]+)"/g)) addSecret(value);
  return answer;
}

/** Adds the value and its parts between dots, encoded and decoded. */
function addSecret(value: string | undefined): void {
  if (!value) return;
  for (const form of [value, decodeURIComponent(value)])
    for (const part of [form, ...form.split('.')]) if (part.length > 20) secrets.add(part);
}

async function askEverything(): Promise<void> {
  const client = new BrowserLikeClient(gatehouse.origin);
  const person = { name: 'Marked Name', email: EMAIL, password: PASSWORD };
  await ask(client, 'POST', '/api/auth/sign-up/email', person);
  const { headers } = await ask(client, 'POST', '/api/auth/sign-in/email', {
    email: EMAIL,
    password: PASSWORD,
  });
  const bearer = { authorization: `Bearer ${String(headers['set-auth-token'])}` };
  await ask(client, 'POST', '/api/auth/login', { email: EMAIL, password: PASSWORD });
  await ask(client, 'POST', '/api/auth/register', { ...person, email: `marked-two.${EMAIL}` });
  for (const path of ['get-session', 'list-sessions', 'list-accounts', 'token', 'ok', 'error', 'jwks']) {
    await ask(client, 'GET', `/api/auth/${path}?error=marked-query&token=marked-query`);
    await ask(new BrowserLikeClient(gatehouse.origin), 'GET', `/api/auth/${path}`, undefined, bearer);
  }
  await ask(client, 'POST', '/api/auth/update-user', { name: 'marked-renamed' });
  await ask(client, 'PUT', '/api/auth/user', { image: 'https://marked-image.example/' });
  await ask(client, 'POST', '/api/auth/revoke-session', { token: 'marked-revoked' });
  await ask(client, 'POST', '/api/auth/revoke-other-sessions');
  for (const path of ['/health/live', '/health/ready', '/metrics', '/docs', '/docs/json'])
    await ask(client, 'GET', `${path}?marked-query`);
  for (const row of await gatehouse.database.query<{ secret: string }>(
    'select password as secret from accounts union all select private_key from jwks union all select token from sessions',
  ))
    addSecret(row.secret);
}

async function askMalformed(): Promise<void> {
  const client = new BrowserLikeClient(gatehouse.origin);
  const post = (path: string, body: unknown, headers = {}) => ask(client, 'POST', path, body, headers);
  await post('/api/auth/sign-in/email', { email: EMAIL, password: `marked-wrong-${PASSWORD}` });
  await post('/api/auth/sign-in/email', '{"password":"marked-json');
  await post('/api/auth/sign-in/email', 'password=marked-text', { 'content-type': 'text/marked-type' });
  await post('/api/auth/sign-in/email', { email: 5, password: ['marked-array'] });
  await post('/api/auth/sign-up/email', { name: 'a\0marked-nul', email: `nul.${EMAIL}`, password: PASSWORD });
  await post('/api/auth/update-user', { name: 'marked-nobody' });
  await ask(client, 'GET', '/api/auth/get-session', undefined, { authorization: 'Bearer marked-bearer' });
  await ask(client, 'GET', '/api/auth/get-session', undefined, {
    authorization: 'Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6Im1hcmtlZCJ9.e30.marked-signature',
  });
  await ask(client, 'GET', '/api/auth/get-session', undefined, {
    cookie: 'better-auth.session_token=marked-cookie.c2lnbmF0dXJl',
  });
  await ask(client, 'GET', '/api/auth/reset-password/marked-token?callbackURL=/marked-query');
  await ask(client, 'GET', '/marked-path');
  await ask(client, 'DELETE', '/api/auth/marked-path');
}

async function askWithFailingTables(): Promise<void> {
  const client = new BrowserLikeClient(gatehouse.origin);
  await ask(client, 'POST', '/api/auth/sign-in/email', { email: EMAIL, password: PASSWORD });
  // PostgreSQL quotes the refused row in its error message.
  await gatehouse.database.query(`alter table sessions add check (user_agent <> 'marked-agent') not valid`);
  await ask(
    client,
    'POST',
    '/api/auth/sign-in/email',
    { email: EMAIL, password: PASSWORD },
    { 'user-agent': 'marked-agent' },
  );
  await gatehouse.database.query('alter table accounts rename to elsewhere');
  await ask(client, 'POST', '/api/auth/sign-in/email', { email: EMAIL, password: PASSWORD });
  await ask(client, 'POST', '/api/auth/sign-up/email', {
    name: 'x',
    email: `x.${EMAIL}`,
    password: PASSWORD,
  });
  await ask(client, 'GET', '/api/auth/list-accounts');
  await gatehouse.database.query('alter table sessions rename to sessions_elsewhere');
  await ask(client, 'GET', '/api/auth/get-session');
  await ask(client, 'GET', '/api/auth/list-sessions');
}

test('no password, token, cookie, signature, JWT, hash, key, name or e-mail is in the log', () => {
  expect(secrets.size).toBeGreaterThan(30);
  expect([...secrets].filter((secret) => log.includes(secret))).toEqual([]);
  expect(log).not.toMatch(/\$2[aby]\$|\$argon2|eyJ[\w-]{10}/);
});

test('every request has one log line, with the id of its answer', () => {
  expect(answers.length).toBeGreaterThan(40);
  for (const { status, headers } of answers) {
    const id = headers['x-request-id'];
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const lines = entries.filter(({ requestId, msg }) => requestId === id && msg.startsWith('request '));
    expect(lines).toEqual([expect.objectContaining({ status, level: status >= 500 ? 50 : 30 })]);
  }
});

test('an unexpected error is logged with the id of the request, and the client learns nothing about it', () => {
  const failed = answers.filter(({ status }) => status === 500);
  expect(failed.length).toBeGreaterThanOrEqual(5);
  for (const { headers, text } of failed) {
    const faults = entries.filter(
      ({ requestId, msg }) => requestId === headers['x-request-id'] && msg === 'unexpected fault',
    );
    expect(faults).toEqual([expect.objectContaining({ level: 50, error: expect.anything() })]);
    expect(['', '{"message":"Failed to get session","code":"FAILED_TO_GET_SESSION"}']).toContain(text);
  }
});

test('the path of an unknown route is not logged', () => {
  const routes = new Set(entries.map(({ route }) => route));
  expect(routes).toContain('unknown');
  expect(routes).toContain('/api/auth/sign-in/email');
});

test('every log line is JSON', () => {
  for (const line of log.split('\n').filter(Boolean)) expect(() => JSON.parse(line) as unknown).not.toThrow();
});
