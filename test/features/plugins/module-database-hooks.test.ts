import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { CLIENT } from '../../openid/certified-provider.js';
import { danceThrough } from '../../openid/dance.js';
import { startOpenIdProvider, type OpenIdProvider } from '../../openid/openid-provider.js';
import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, SECRET, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';
import { expectOneSentence, runToEnd } from '../../setup/run-to-end.js';
import { libraryWithModule, type LibraryServer } from './library-with-module.js';

const FOLDER = 'dist/module-database-hooks-test';

/**
 * Each hook writes a line, or tells the test if the test itself has loaded the module. The headers of the request name the
 * step, and the hook that refuses.
 */
const MODULE = `
import { APIError } from 'better-auth/api';
const tell = globalThis.tellOfRow ?? ((line) => console.log(line));
const typed = (row) => typeof row !== 'object' ? row : Object.fromEntries(
  Object.entries(row).map(([name, value]) => [name, Object.prototype.toString.call(value) === '[object Date]' ? 'a Date' : value]));
const note = (table, action, when) => async (row, context) => {
  const name = [table, action, when].join('.');
  const headers = context?.headers;
  tell('called ' + JSON.stringify({ step: headers?.get('x-step') ?? null, name, path: context?.path, row: typed(row) }));
  if (when === 'before' && headers?.get('x-refuse') === table + '.' + action) return false;
  if (when === 'before' && headers?.get('x-throw') === table + '.' + action)
    throw new APIError('FORBIDDEN', { code: 'KEPT_OUT', message: 'Not you' });
  if (when === 'before' && headers?.get('x-change') === table + '.' + action)
    return { data: { ...row, ...JSON.parse(headers.get('x-values')) } };
};
const hooks = (table, ...actions) => Object.fromEntries(actions.map((action) =>
  [action, { before: note(table, action, 'before'), after: note(table, action, 'after') }]));
export default [];
export const databaseHooks = {
  account: hooks('account', 'create', 'update', 'delete'),
  verification: hooks('verification', 'create', 'update', 'delete'),
  session: hooks('session', 'create', 'update', 'delete'),
  user: hooks('user', 'create', 'update', 'delete'),
};
const mail = (kind) => async ({ url, token }) => tell('mailed ' + JSON.stringify({ kind, url, token }));
export const emailAndPassword = { sendResetPassword: mail('reset') };
export const user = { deleteUser: { sendDeleteAccountVerification: mail('delete') } };
`;

const SETTINGS = {
  PLUGINS: `./${FOLDER}/hooks.mjs`,
  USER_DELETE_USER_ENABLED: 'true',
  USER_DELETE_USER_SEND_DELETE_ACCOUNT_VERIFICATION: 'true',
  SESSION_ADDITIONAL_FIELDS: JSON.stringify({ theme: { type: 'string', required: false } }),
  GITLAB_CLIENT_ID: CLIENT.id,
  GITLAB_CLIENT_SECRET: CLIENT.secret,
  ACCOUNT_ACCOUNT_LINKING_ALLOW_DIFFERENT_EMAILS: 'true',
  EMAIL_AND_PASSWORD_AUTO_SIGN_IN: 'false',
  RATE_LIMIT_ENABLED: 'false',
};

interface Noted {
  readonly step: string | null;
  readonly name: string;
  readonly path: string;
  readonly row: Record<string, unknown> | number;
}

interface Tried {
  readonly origin: string;
  /** What the lines say that begin with this word. */
  lines(word: string): string[];
  /** Adds a verification that has expired. */
  leave(): unknown;
  /** Makes all sessions due for a renewal. */
  age(): Promise<unknown>;
}

let provider: OpenIdProvider;
let database: TestDatabase;
let gatehouse: Gatehouse;
let library: LibraryServer;
let ours: Tried;
let theirs: Tried;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/hooks.mjs`, MODULE);
  provider = await startOpenIdProvider();
  provider.people.set('eve', { sub: 'eve', name: 'Eve', email: 'eve@example.com', email_verified: true });
  database = await createDatabase({ template: MIGRATED });
  const settings = { ...SETTINGS, GITLAB_ISSUER: provider.origin };
  await migrate(database, settings);
  gatehouse = await startGatehouse(settings, database);
  ours = {
    origin: gatehouse.origin,
    lines: (word) =>
      [...gatehouse.log().matchAll(new RegExp(`^${word} (.*)$`, 'gm'))].map(([, line = '']) => line),
    leave: () =>
      database.query(`insert into verifications (id, identifier, value, expires_at, created_at, updated_at)
                      values ('old', 'old', 'old', now() - interval '1 minute', now(), now())`),
    age: () => database.query(`update sessions set expires_at = now() + interval '5 days'`),
  };
  theirs = await theLibrary();
});

afterAll(async () => {
  await gatehouse.stop();
  await database.drop();
  library.close();
  await provider.stop();
  rmSync(FOLDER, { recursive: true, force: true });
});

async function theLibrary(): Promise<Tried> {
  const told: string[] = [];
  Object.assign(globalThis, { tellOfRow: (line: string) => told.push(line) });
  const rows = {
    user: [],
    session: new Array<{ expiresAt: Date }>(),
    account: [],
    verification: new Array<object>(),
  };
  library = await libraryWithModule(`${FOLDER}/hooks.mjs`, rows, (given) => ({
    databaseHooks: given.databaseHooks ?? {},
    emailAndPassword: { enabled: true, autoSignIn: false, ...given.emailAndPassword },
    user: { deleteUser: { enabled: true, ...given.user?.deleteUser } },
    session: { additionalFields: { theme: { type: 'string', required: false } } },
    account: { accountLinking: { allowDifferentEmails: true } },
    socialProviders: {
      gitlab: { clientId: CLIENT.id, clientSecret: CLIENT.secret, issuer: provider.origin },
    },
  }));
  return {
    origin: library.origin,
    lines: (word) => told.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length + 1)),
    leave: () => {
      const [now, before] = [new Date(), new Date(Date.now() - 60_000)];
      const times = { expiresAt: before, createdAt: now, updatedAt: now };
      rows.verification.push({ id: 'old', identifier: 'old', value: 'old', ...times });
    },
    age: () => {
      for (const session of rows.session) session.expiresAt = new Date(Date.now() + 5 * 86_400_000);
      return Promise.resolve();
    },
  };
}

interface Options {
  readonly refuse?: string;
  readonly change?: readonly [string, object];
  readonly throws?: string;
}

/** A person at a browser, whose steps have names. */
class Person {
  readonly client: BrowserLikeClient;
  readonly answers: Record<string, unknown> = {};

  constructor(readonly server: Tried) {
    this.client = new BrowserLikeClient(server.origin);
  }

  async ask(step: string, path: string, body?: object, options: Options = {}) {
    const { refuse, change, throws } = options;
    const headers = {
      'x-step': step,
      ...(refuse ? { 'x-refuse': refuse } : {}),
      ...(throws ? { 'x-throw': throws } : {}),
      ...(change ? { 'x-change': change[0], 'x-values': JSON.stringify(change[1]) } : {}),
    };
    const url = `/api/auth/${path}`;
    const answer = await (body ? this.client.post(url, body, headers) : this.client.get(url, headers));
    const { location } = answer.headers;
    const where = location?.replace(/token=\w+/, 'token').replace(this.server.origin, '');
    const code = answer.text.startsWith('{') ? answer.json<{ code?: string }>().code : undefined;
    this.answers[step] = [answer.status, code, path.startsWith('sign-in/social') ? undefined : where];
    return answer;
  }

  /** Goes to the provider and back. */
  async visit(step: string, route: string, loginHint: string, options: Options = {}) {
    const where = { callbackURL: '/in', errorCallbackURL: '/out' };
    const begun = await this.ask(`${step}: begin`, route, {
      provider: 'gitlab',
      loginHint,
      disableRedirect: true,
      ...where,
    });
    const { url } = await danceThrough(begun.json<{ url: string }>().url);
    return this.ask(step, (url.pathname + url.search).replace('/api/auth/', ''), undefined, options);
  }

  /** Waits for the last mail of the kind, because it is sent after the answer. */
  async mailed(kind: string, count = 1): Promise<{ url: string; token: string }> {
    const end = Date.now() + 15_000;
    for (;;) {
      const mails = this.server
        .lines('mailed')
        .map((line) => JSON.parse(line) as { kind: string; url: string; token: string });
      const found = mails.filter((mail) => mail.kind === kind)[count - 1];
      if (found) return found;
      if (Date.now() > end) throw new Error(`no mail ${kind} within 15 s`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async accountAt(providerId: string): Promise<string> {
    const answer = await this.client.get('/api/auth/list-accounts');
    const accounts = answer.json<{ id: string; providerId: string }[]>();
    return accounts.find((account) => account.providerId === providerId)?.id ?? '';
  }
}

const PASSWORDS = ['a first long password', 'a second long password', 'a third long password'] as const;
const EMAIL = 'ada@example.com';

/** Goes through everything that writes an account or a verification, or renews a session. */
async function live(server: Tried) {
  const ada = new Person(server);
  const [first, second, third] = PASSWORDS;
  const change = (currentPassword: string, newPassword: string, more = {}) => ({
    currentPassword,
    newPassword,
    ...more,
  });
  await ada.ask('sign up', 'sign-up/email', { name: 'Ada', email: EMAIL, password: first });
  await ada.ask('sign up again', 'sign-up/email', { name: 'Ada', email: EMAIL, password: second });
  await server.leave();
  await ada.ask('clean up', 'request-password-reset', { email: 'nobody@example.com' });
  await ada.ask('sign in first', 'sign-in/email', { email: EMAIL, password: first });
  await ada.ask('renew nothing', 'get-session');
  await server.age();
  await ada.ask('renew', 'get-session');
  await server.age();
  await ada.ask('renew otherwise', 'list-accounts', undefined, {
    change: ['session.update', { theme: 'by a hook' }],
  });
  await ada.ask('set a field', 'update-session', { theme: 'dark' });
  await ada.ask('refuse a password', 'change-password', change(first, second), { refuse: 'account.update' });
  await ada.ask('throw a password', 'change-password', change(first, second), { throws: 'account.update' });
  await ada.ask('change the password', 'change-password', change(first, second));
  await ada.ask(
    'end other sessions',
    'change-password',
    change(second, first, { revokeOtherSessions: true }),
  );
  await ada.ask(
    'refuse a link',
    'request-password-reset',
    { email: EMAIL },
    { throws: 'verification.create' },
  );
  await ada.ask('ask for a link', 'request-password-reset', { email: EMAIL, redirectTo: '/new' });
  const { token } = await ada.mailed('reset');
  await ada.ask('open the link', `reset-password/${token}?callbackURL=/new`);
  const reset = { newPassword: third, token };
  await ada.ask('refuse a reset', 'reset-password', reset, { refuse: 'verification.delete' });
  await ada.ask('reset', 'reset-password', reset);
  await ada.ask('sign in', 'sign-in/email', { email: EMAIL, password: third });
  await ada.visit('refuse to link', 'link-social', 'verified', { refuse: 'account.create' });
  await ada.visit('throw at linking', 'link-social', 'verified', { throws: 'account.create' });
  await ada.visit('link', 'link-social', 'verified', { change: ['account.create', { scope: 'by,a,hook' }] });
  await ada.visit('link again', 'link-social', 'verified');
  const accountId = await ada.accountAt('gitlab');
  await ada.ask('refresh tokens', 'refresh-token', { accountId, providerId: 'gitlab' });
  await ada.ask('refuse to unlink', 'unlink-account', { accountId }, { refuse: 'account.delete' });
  await ada.ask('unlink', 'unlink-account', { accountId });
  await ada.ask('unlink nothing', 'unlink-account', { accountId });
  const grace = new Person(server);
  await grace.visit('sign up elsewhere', 'sign-in/social', 'verified');
  await grace.visit('sign in elsewhere', 'sign-in/social', 'verified');
  await grace.visit('refuse a sign-in', 'sign-in/social', 'verified', { refuse: 'account.update' });
  const mallory = new Person(server);
  await mallory.visit('sign up alone', 'sign-in/social', 'unverified', { refuse: 'account.create' });
  await ada.ask('ask to be deleted', 'delete-user', {});
  const link = await ada.mailed('delete');
  await ada.ask('be deleted', `delete-user/callback?token=${link.token}&callbackURL=/bye`);
  await server.age();
  await grace.ask('refuse a renewal', 'get-session', undefined, { refuse: 'session.update' });
  return { ...ada.answers, ...grace.answers, ...mallory.answers };
}

/** What differs from run to run is replaced by its type. The library's store in memory has no null. */
const MADE =
  /^(id|userId|accountId|password|token|value|accessToken|refreshToken|idToken|ipAddress|userAgent)$/;

/** At linking, the library also passes parts of the provider's answer that no column has. */
const NO_FIELDS: ReadonlySet<string> = new Set(['raw', 'scopes', 'tokenType']);

const shapeOf = ({ row, ...call }: Noted) => ({
  ...call,
  row: JSON.parse(
    JSON.stringify(row, (key, value: unknown) => {
      if (value === null || NO_FIELDS.has(key)) return undefined;
      if (key === 'identifier' && typeof value === 'string') return value.replace(/[\w-]{20,}$/, '');
      return MADE.test(key) ? typeof value : value;
    }),
  ) as object,
});

/** The calls of each step: first those before, then those after. */
function callsOf({ lines }: Tried): Record<string, ReturnType<typeof shapeOf>[]> {
  const calls = lines('called').map((line) => shapeOf(JSON.parse(line) as Noted));
  const of = (step: string | null, when: string) =>
    calls.filter((call) => call.step === step && call.name.endsWith(when));
  return Object.fromEntries(
    [...new Set(calls.map(({ step }) => step))].map((step) => [
      String(step),
      [...of(step, 'before'), ...of(step, 'after')],
    ]),
  );
}

test('the hooks are called with what the published library gives them', async () => {
  const [own, published] = [await live(ours), await live(theirs)];
  // A person at a browser gets the page that the front end named, not JSON.
  expect(own['throw at linking']).toEqual([302, undefined, '/out?error=KEPT_OUT&error_description=Not+you']);
  expect(published['throw at linking']).toEqual([403, 'KEPT_OUT', undefined]);
  const same = { 'throw at linking': undefined };
  expect({ ...own, ...same }).toEqual({ ...published, ...same });
  const [calls, theirCalls] = [callsOf(ours), callsOf(theirs)];
  // The library gives the number of rows to the hook after a reset, against its own type.
  expect(theirCalls['reset']?.pop()).toMatchObject({ name: 'account.update.after', row: 1 });
  expect(calls['reset']?.pop()).toMatchObject({ name: 'account.update.after', row: { password: 'string' } });
  // The server pretends to add a user, so that its answer does not tell that the e-mail is taken.
  expect(calls['sign up again']).toMatchObject([{ name: 'user.create.before', row: { email: EMAIL } }]);
  expect(theirCalls['sign up again']).toBeUndefined();
  delete calls['sign up again'];
  // Accounts come before sessions here.
  for (const step of ['be deleted', 'end other sessions'])
    for (const each of [calls, theirCalls])
      each[step]?.sort((one, other) => one.name.localeCompare(other.name));
  expect(calls).toEqual(theirCalls);
});

test('no hook runs after rows that are rolled back', async () => {
  const eve = new Person(ours);
  await eve.visit('roll back', 'sign-in/social', 'eve', { throws: 'session.create' });
  expect(eve.answers['roll back']).toEqual([302, undefined, expect.stringMatching('error=KEPT_OUT')]);
  const names = (callsOf(ours)['roll back'] ?? []).map(({ name }) => name);
  expect(names).toEqual([
    'verification.delete.before',
    'user.create.before',
    'account.create.before',
    'session.create.before',
    'verification.delete.after',
  ]);
});

test('a hook that nobody calls stops the start', async () => {
  writeFileSync(
    `${FOLDER}/wrong.mjs`,
    'export default [];\nexport const databaseHooks = { acount: { create: { before: async () => {} } } };',
  );
  const environment = {
    PLUGINS: `./${FOLDER}/wrong.mjs`,
    DATABASE_URL: database.url,
    BETTER_AUTH_SECRET: SECRET,
  };
  const ended = await runToEnd('dist/src/main.js', { environment });
  expectOneSentence(ended, /databaseHooks that nobody calls \(options-of-the-module: acount\.create\)/);
});
