import { jest } from '@jest/globals';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';
import { libraryWithModule, type LibraryServer } from './library-with-module.js';

const FOLDER = 'dist/module-settings-test';
const GENERATION = `${FOLDER}/generation.txt`;

/** Every function writes one line, or tells the test if the test itself has loaded the module. */
const MODULE = `
import { readFileSync } from 'node:fs';
import { APIError, createAuthMiddleware } from 'better-auth/api';
import { organization } from 'better-auth/plugins';
const tell = globalThis.tellOfSetting ?? ((line) => console.log(line));
const note = (name, data) => tell('called ' + JSON.stringify({ name, data }));
const typesIn = (row) => Object.fromEntries(Object.entries(row)
  .filter(([, value]) => value !== null && value !== undefined)
  .map(([key, value]) => [key, Object.prototype.toString.call(value)])
  .sort());

const handler = createAuthMiddleware(async ({ headers }) => {
  if (headers.get('x-fails') === 'refused') throw new APIError('CONFLICT', { message: 'Not now' });
  if (headers.get('x-fails') === 'broken') throw new TypeError('a broken hook');
});
/** Only requests for this route and for those of organizations pass through the library. */
const failing = { id: 'failing', hooks: { before: [{ matcher: ({ path }) => path === '/list-sessions', handler }] } };
export default [organization(), failing];

const version = async (session, user) => {
  note('version', { session: typesIn(session), user: typesIn(user) });
  return readFileSync('${GENERATION}', 'utf8') + user.email;
};
export const session = { cookieCache: { version } };

const hash = async (identifier) => {
  if (identifier.endsWith(':broken')) throw new TypeError('a broken hash');
  return 'hidden ' + identifier.split(':')[0];
};
export const verification = {
  storeIdentifier: { default: 'hashed', overrides: { 'reset-password': { hash } } },
};

let last = 0;
const generateId = (asked) => {
  note('generateId', asked);
  return asked.model + '-' + (last += 1);
};
export const advanced = { database: { generateId } };

export const logger = { log: (...given) => note('log', given) };

const onError = (error, context) => {
  const { name, status, statusCode, body, message } = error;
  note('onError', { name, status, statusCode, body, message, hasContext: !!context.internalAdapter });
};
export const onAPIError = { onError };

export const emailAndPassword = { sendResetPassword: async ({ token }) => note('sendResetPassword', { token }) };
`;

interface Noted {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A server with the module: this one, or the published library. */
interface Tried {
  readonly origin: string;
  noted(name: string): Noted['data'][];
  /** Changes the name of the user behind the server's back. */
  rename(to: string): Promise<unknown>;
  identifiers(): Promise<unknown[]>;
}

let database: TestDatabase;
let gatehouse: Gatehouse;
let library: LibraryServer;
let tried: { ours: Tried; theirs: Tried };

const SETTINGS = {
  PLUGINS: `./${FOLDER}/settings.mjs`,
  SESSION_COOKIE_CACHE_ENABLED: 'true',
  RATE_LIMIT_ENABLED: 'false',
};

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/settings.mjs`, MODULE);
  writeFileSync(GENERATION, 'first ');
  database = await createDatabase({ template: MIGRATED });
  await migrate(database, SETTINGS);
  gatehouse = await startGatehouse(SETTINGS, database);
  const ours: Tried = {
    origin: gatehouse.origin,
    noted: (name) =>
      calls(
        [...gatehouse.log().matchAll(/^called (.*)$/gm)].map(([, line = '']) => line),
        name,
      ),
    rename: (to) => database.query('update users set name = $1', [to]),
    identifiers: () => database.query('select identifier from verifications'),
  };
  tried = { ours, theirs: await theLibrary() };
});

afterAll(async () => {
  await gatehouse.stop();
  await database.drop();
  library.close();
  rmSync(FOLDER, { recursive: true, force: true });
});

const calls = (lines: readonly string[], name: string) =>
  lines
    .map((line) => JSON.parse(line) as Noted)
    .filter((call) => call.name === name)
    .map(({ data }) => data);

async function theLibrary(): Promise<Tried> {
  const noted: string[] = [];
  Object.assign(globalThis, { tellOfSetting: (line: string) => noted.push(line.slice('called '.length)) });
  const users: { name: string }[] = [];
  const verifications: { identifier: string }[] = [];
  const organizations = { organization: [], member: [], invitation: [] };
  const rows = { user: users, session: [], account: [], verification: verifications, ...organizations };
  library = await libraryWithModule(`${FOLDER}/settings.mjs`, rows, (given) => ({
    plugins: given.default ?? [],
    logger: { ...given.logger },
    onAPIError: { ...given.onAPIError },
    emailAndPassword: { enabled: true, ...given.emailAndPassword },
    session: { cookieCache: { enabled: true, ...given.session?.cookieCache } },
    verification: { ...given.verification },
    advanced: { ...given.advanced, disableCSRFCheck: false, disableOriginCheck: false },
  }));
  return {
    origin: library.origin,
    noted: (name) => calls(noted, name),
    rename: async (to) => rows.user.forEach((user) => Object.assign(user, { name: to })),
    identifiers: async () => rows.verification.map(({ identifier }) => ({ identifier })),
  };
}

/** Does the same on both servers, and expects the same result. */
async function sameOn<T>(act: (server: Tried, client: BrowserLikeClient) => Promise<T>): Promise<T> {
  const ours = await act(tried.ours, clientOf(tried.ours));
  expect(ours).toEqual(await act(tried.theirs, clientOf(tried.theirs)));
  return ours;
}

/** Waits for so many calls, because a mail is sent after the answer, and a line reaches the test after it. */
async function callsOf({ noted }: Tried, name: string, count = 1) {
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    const found = noted(name);
    if (found.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${name} was not called ${count} times within 15 s.`);
}

const ADA = { email: 'ada@example.com', password: 'a quite long password', name: 'Ada' };
const clients = new Map<string, BrowserLikeClient>();

function clientOf({ origin }: Tried): BrowserLikeClient {
  const client = clients.get(origin) ?? new BrowserLikeClient(origin);
  clients.set(origin, client);
  return client;
}

test('ids of users, sessions, accounts and rows of plugins come from the function', async () => {
  const ids = await sameOn(async (server, client) => {
    const { user } = (await client.post('/api/auth/sign-up/email', ADA)).json<{ user: { id: string } }>();
    const { session } = (await client.get('/api/auth/get-session')).json<{ session: { id: string } }>();
    const company = { name: 'Example', slug: 'example' };
    const made = (await client.post('/api/auth/organization/create', company)).json<{ id: string }>();
    const [account] = (await client.get('/api/auth/list-accounts')).json<{ id: string }[]>();
    return {
      ids: [user.id, session.id, made.id, account?.id].map((id) => id?.replace(/\d+$/, '<number>')),
      asked: (await callsOf(server, 'generateId', 5)).filter(({ model }) => model !== 'jwks'),
    };
  });
  expect(ids.ids).toEqual(['user', 'session', 'organization', 'account'].map((model) => `${model}-<number>`));
});

test('the session data cookie holds until its version changes', async () => {
  const names = await sameOn(async ({ rename, noted }, client) => {
    const nameOf = async () =>
      (await client.get('/api/auth/get-session')).json<{ user: { name: string } }>().user.name;
    writeFileSync(GENERATION, 'first ');
    await nameOf();
    await rename('Grace');
    const seen = [await nameOf()];
    writeFileSync(GENERATION, 'second ');
    seen.push(await nameOf(), await nameOf());
    const [, value = ''] = [...client.cookies].find(([name]) => name.endsWith('session_data')) ?? [];
    const { session } = JSON.parse(Buffer.from(value, 'base64url').toString()) as {
      session: { version: string };
    };
    return {
      seen,
      version: session.version,
      arguments: new Set(noted('version').map((given) => JSON.stringify(given))),
    };
  });
  expect([names.seen, names.version]).toEqual([['Ada', 'Grace', 'Grace'], 'second ada@example.com']);
});

test('the function hides the identifiers with its prefix, and the default the others', async () => {
  const stored = await sameOn(async (server, client) => {
    await client.post('/api/auth/request-password-reset', { email: ADA.email, redirectTo: '/new' });
    const [{ token } = {}] = await callsOf(server, 'sendResetPassword');
    const identifiers = await server.identifiers();
    const reset = await client.post('/api/auth/reset-password', { newPassword: 'another password', token });
    return { identifiers, status: reset.status };
  });
  expect(stored).toEqual({ identifiers: [{ identifier: 'hidden reset-password' }], status: 200 });
});

test('onError gets the errors that the router of the library gives it', async () => {
  // The library writes faults there.
  const silenced = jest.spyOn(console, 'error').mockImplementation(() => {});
  const told = await sameOn(async (server, client) => {
    const evil = { origin: 'https://evil.example' };
    const answers = [
      await client.post('/api/auth/sign-in/email', 'x', { 'content-type': 'text/plain' }),
      await client.post('/api/auth/sign-out', {}, evil),
      await client.post('/api/auth/organization/create', {}, evil),
      await client.post('/api/auth/sign-in/email', { ...ADA, callbackURL: 'https://evil.example' }),
      await client.get('/api/auth/list-sessions', { 'x-fails': 'refused' }),
      await client.get('/api/auth/list-sessions', { 'x-fails': 'broken' }),
      await client.post('/api/auth/reset-password', { newPassword: ADA.password, token: 'broken' }),
      await client.post('/api/auth/sign-in/email', { email: ADA.email, password: 'a wrong password' }),
      await client.post('/api/auth/sign-in/email', { email: 1 }),
      await client.get('/api/auth/verify-email?token=x&callbackURL=https://evil.example'),
    ];
    return { answers: answers.map(({ status }) => status), errors: await callsOf(server, 'onError', 7) };
  });
  silenced.mockRestore();
  expect(told.errors).toHaveLength(7);
});

test('the function for the log gets what the log has, and no secret', async () => {
  const all = tried.ours.noted('log') as unknown as unknown[][];
  expect(all[0]).toEqual(['info', expect.stringMatching(/^listening on/)]);
  expect(all).toContainEqual([
    'error',
    'unexpected fault',
    expect.objectContaining({ error: expect.objectContaining({ message: 'a broken hook' }) }),
  ]);
  expect(JSON.stringify(all)).not.toMatch(/password"?:|ada@example\.com/);
});
