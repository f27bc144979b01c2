import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, SECRET, type Gatehouse } from '../setup/gatehouse.js';
import { aStranger, type Person } from '../setup/people.js';
import { startMailServer, type MailServer } from '../mail/support.js';

const ORIGIN = 'https://auth.example.com';
const PASSWORDS = ['marked-password-1', 'marked-password-2', 'marked-password-3'] as const;
const EVERYTHING = {
  LOG_LEVEL: 'trace',
  BETTER_AUTH_URL: ORIGIN,
  RATE_LIMIT_ENABLED: 'false',
  USER_CHANGE_EMAIL_ENABLED: 'true',
  USER_DELETE_USER_ENABLED: 'true',
  USER_DELETE_USER_SEND_DELETE_ACCOUNT_VERIFICATION: 'true',
  EMAIL_VERIFICATION_SEND_ON_SIGN_UP: 'true',
};

let database: TestDatabase;
let mailServer: MailServer;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  mailServer = await startMailServer();
});

afterAll(async () => {
  await mailServer.stop();
  await database.drop();
});

/** A client that behaves like a browser at the public address. */
class Visitor {
  readonly secrets = new Set<string>();

  constructor(
    gatehouse: Gatehouse,
    private readonly client = aStranger(gatehouse),
  ) {}

  async ask(method: string, path: string, body?: unknown) {
    const answer = await this.client.call(path, { method, body, headers: { origin: ORIGIN } });
    for (const line of answer.setCookies) this.note(line.split(';', 1)[0]?.split('=').slice(1).join('='));
    for (const name of ['set-auth-token', 'set-auth-jwt']) this.note(String(answer.headers[name] ?? ''));
    for (const [, value] of answer.text.matchAll(/"(?:token|accessToken)":"([^"]+)"/g)) this.note(value);
    return answer;
  }

  private note(value: string | undefined): void {
    for (const part of decodeURIComponent(value ?? '').split('.'))
      if (part.length > 20) this.secrets.add(part);
  }

  async useEverything(person: Person): Promise<void> {
    const { email } = person;
    const post = (path: string, body?: unknown) => this.ask('POST', `/api/auth/${path}`, body);
    await post('sign-up/email', person);
    await post('sign-in/email', { email, password: person.password });
    await post('login', { email, password: person.password });
    await post('register', { ...person, email: `second.${email}` });
    await this.ask('GET', '/api/auth/token');
    await this.ask('GET', '/api/auth/list-sessions');
    await post('send-verification-email', { email });
    await post('request-password-reset', { email, redirectTo: '/new' });
    await post('change-email', { newEmail: `new.${email}` });
    await post('change-password', { currentPassword: person.password, newPassword: PASSWORDS[1] });
    await post('delete-user', { password: PASSWORDS[1] });
    await post('reset-password', { token: 'marked-token-that-is-wrong', newPassword: PASSWORDS[2] });
    await this.ask('GET', '/api/auth/verify-email?token=marked-token-that-is-wrong');
    await post('sign-out');
  }
}

const aMarkedPerson = (email: string): Person => ({ name: 'Marked Name', email, password: PASSWORDS[0] });

function expectSilent(log: string, visitor: Visitor, person: Person): void {
  expect(visitor.secrets.size).toBeGreaterThan(5);
  const telling = [...visitor.secrets, ...PASSWORDS, SECRET, person.email, 'Marked Name', 'marked-token'];
  expect(telling.filter((secret) => log.includes(secret))).toEqual([]);
  expect(log).not.toMatch(/\$2[aby]\$|eyJ[\w-]{10}|[?&]token=|\/reset-password\/(?!:)/);
}

test('in production nothing secret is printed while everything is used, also not the mails', async () => {
  const gatehouse = await startGatehouse(
    { ...EVERYTHING, NODE_ENV: 'production', SMTP_URL: mailServer.url },
    database,
  );
  const person = aMarkedPerson('marked.person@example.com');
  const visitor = new Visitor(gatehouse);
  try {
    await visitor.useEverything(person);
    const mails = await mailServer.got(5);
    const links = mails.flatMap(({ raw }) => raw.match(/eyJ[\w-]{20}|reset-password\/[\w-]{20}/g) ?? []);
    expect(links.length).toBeGreaterThan(1);
    for (const link of links) visitor.secrets.add(link.replace('reset-password/', ''));
  } finally {
    await gatehouse.stop();
  }
  expectSilent(gatehouse.log(), visitor, person);
});

test('in production without a mail server no mail is printed', async () => {
  const gatehouse = await startGatehouse({ ...EVERYTHING, NODE_ENV: 'production' }, database);
  const person = aMarkedPerson('without.mail@example.com');
  const visitor = new Visitor(gatehouse);
  await visitor.useEverything(person);
  await gatehouse.stop();
  expectSilent(gatehouse.log(), visitor, person);
});

test('a public https address without NODE_ENV=production warns at the start, and its log has no mails', async () => {
  const gatehouse = await startGatehouse(EVERYTHING, database);
  const person = aMarkedPerson('public.address@example.com');
  const visitor = new Visitor(gatehouse);
  await visitor.useEverything(person);
  const reset = await visitor.ask('POST', '/api/auth/request-password-reset', { email: person.email });
  await gatehouse.stop();
  expect([reset.status, reset.text]).toEqual([400, expect.stringContaining('RESET_PASSWORD_DISABLED')]);
  expect(gatehouse.log()).toContain(
    `BETTER_AUTH_URL is the public address ${ORIGIN}, but NODE_ENV is not production`,
  );
  expectSilent(gatehouse.log(), visitor, person);
});
