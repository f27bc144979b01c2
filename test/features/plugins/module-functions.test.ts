import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, SECRET, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';
import { aPerson } from '../../setup/people.js';
import { expectOneSentence, runToEnd } from '../../setup/run-to-end.js';
import { startSocialServer } from '../../social/social-server.js';
import { Visitor } from '../../social/visitor.js';
import { libraryWithModule, type LibraryServer } from './library-with-module.js';

const FOLDER = 'dist/module-functions-test';

/** Every function writes one line, or tells the test if the test itself has loaded the module. */
const MODULE = `
import { APIError } from 'better-auth/api';
const tell = globalThis.tellOfCall ?? ((line) => console.log(line));
const language = (request) => request?.headers.get('accept-language') ?? null;
const note = (name) => async (data, request) => {
  tell('called ' + JSON.stringify({ name, data, language: language(request) }));
  if (name === 'sendResetPassword' && !globalThis.failed) {
    globalThis.failed = true;
    throw new Error('no such service');
  }
  const user = data.user ?? data;
  if (name === 'beforeEmailVerification' && user.name === 'Mallory')
    throw new APIError('FORBIDDEN', { code: 'KEPT_OUT', message: 'Not you' });
};
const named = (...names) => Object.fromEntries(names.map((name) => [name, note(name)]));
export default [];
export const emailAndPassword = named('sendResetPassword', 'onPasswordReset', 'onExistingUserSignUp');
export const emailVerification =
  named('sendVerificationEmail', 'beforeEmailVerification', 'afterEmailVerification');
export const user = {
  changeEmail: named('sendChangeEmailConfirmation'),
  deleteUser: named('sendDeleteAccountVerification'),
};
`;

interface Noted {
  readonly name: string;
  readonly data: { readonly url?: string; readonly token?: string; readonly user?: object };
  readonly language: string | null;
}

interface Tried {
  readonly origin: string;
  noted(): Noted[];
}

let database: TestDatabase;
let gatehouse: Gatehouse;
let library: LibraryServer;
const tried = new Map<string, Tried>();

const SETTINGS = {
  PLUGINS: `./${FOLDER}/functions.mjs`,
  EMAIL_AND_PASSWORD_REQUIRE_EMAIL_VERIFICATION: 'true',
  USER_CHANGE_EMAIL_ENABLED: 'true',
  USER_CHANGE_EMAIL_SEND_CHANGE_EMAIL_CONFIRMATION: 'true',
  USER_DELETE_USER_ENABLED: 'true',
  USER_DELETE_USER_SEND_DELETE_ACCOUNT_VERIFICATION: 'true',
  RATE_LIMIT_ENABLED: 'false',
};

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/functions.mjs`, MODULE);
  database = await createDatabase({ template: MIGRATED });
  await migrate(database, SETTINGS);
  gatehouse = await startGatehouse(SETTINGS, database);
  const lines = () => [...gatehouse.log().matchAll(/^called (.*)$/gm)].map(([, line = '']) => line);
  tried.set('Gatehouse', {
    origin: gatehouse.origin,
    noted: () => lines().map((line) => JSON.parse(line) as Noted),
  });
  tried.set('better-auth', await theLibrary());
});

afterAll(async () => {
  await gatehouse.stop();
  await database.drop();
  library.close();
  rmSync(FOLDER, { recursive: true, force: true });
});

async function theLibrary(): Promise<Tried> {
  const noted: string[] = [];
  Object.assign(globalThis, {
    tellOfCall: (line: string) => noted.push(line.slice('called '.length)),
    failed: true,
  });
  const rows = { user: [], session: [], account: [], verification: [] };
  library = await libraryWithModule(`${FOLDER}/functions.mjs`, rows, (given) => ({
    emailAndPassword: { enabled: true, requireEmailVerification: true, ...given.emailAndPassword },
    emailVerification: { ...given.emailVerification },
    user: {
      changeEmail: { enabled: true, ...given.user?.changeEmail },
      deleteUser: { enabled: true, ...given.user?.deleteUser },
    },
  }));
  return { origin: library.origin, noted: () => noted.map((line) => JSON.parse(line) as Noted) };
}

const GERMAN = { 'accept-language': 'de-AT, de;q=0.8' };

/** Waits for call number `count` of the function, because a mail is sent after the answer. */
async function callOf({ noted }: Tried, name: string, count = 1): Promise<Noted> {
  const end = Date.now() + 15_000;
  for (;;) {
    const found = noted().filter((call) => call.name === name)[count - 1];
    if (found) return found;
    if (Date.now() > end) throw new Error(`${name} was not called ${count} times within 15 s.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const pathOf = ({ data }: Noted): string => {
  const { pathname, search } = new URL(data.url ?? '');
  return pathname + search;
};

/** Goes once through everything that calls a function. */
async function live(server: Tried) {
  const client = new BrowserLikeClient(server.origin);
  const open = async (name: string, count = 1) => {
    const call = await callOf(server, name, count);
    return (await client.get(pathOf(call), GERMAN)).status;
  };
  const post = async (path: string, body: object) =>
    (await client.post(`/api/auth/${path}`, body, GERMAN)).status;
  const ada = aPerson({ email: 'ada@example.com', name: 'Ada' });
  const signIn = (email: string, password: string) => post('sign-in/email', { email, password });
  const statuses = [
    await post('sign-up/email', ada),
    await open('sendVerificationEmail'),
    await post('sign-up/email', ada),
    await post('request-password-reset', { email: ada.email, redirectTo: '/new-password' }),
  ];
  const { data } = await callOf(server, 'sendResetPassword', server.origin === gatehouse.origin ? 2 : 1);
  const newPassword = 'a quite different password';
  statuses.push(
    await post('reset-password', { newPassword, token: data.token }),
    await signIn(ada.email, newPassword),
    await post('change-email', { newEmail: 'new.ada@example.com' }),
    await open('sendChangeEmailConfirmation'),
    await open('sendVerificationEmail', 2),
    await signIn('new.ada@example.com', newPassword),
    await post('delete-user', {}),
    await open('sendDeleteAccountVerification'),
  );
  return statuses;
}

/** What differs from run to run is replaced by its type. The library's store in memory has no null. */
function shapeOf({ name, data, language }: Noted) {
  const isMade = (key: string) => ['id', 'token', 'url', 'createdAt', 'updatedAt'].includes(key);
  const shape = JSON.stringify(data, (key, value: unknown) =>
    isMade(key) ? typeof value : (value ?? undefined),
  );
  return { name, data: JSON.parse(shape) as object, language };
}

test('the functions are called with what the published library gives them', async () => {
  const [ours, theirs] = [tried.get('Gatehouse') as Tried, tried.get('better-auth') as Tried];
  expect(await live(ours)).toEqual(await live(theirs));
  const [, ...oursOnce] = ours.noted().filter(({ name }) => name === 'sendResetPassword');
  const others = ours.noted().filter(({ name }) => name !== 'sendResetPassword');
  const byName = (one: Noted, other: Noted) => one.name.localeCompare(other.name);
  const shapes = (calls: Noted[]) => calls.toSorted(byName).map(shapeOf);
  expect(shapes([...others, ...oursOnce])).toEqual(shapes(theirs.noted()));
});

test('a mail that its function cannot send is sent again later', () => {
  const calls = tried
    .get('Gatehouse')
    ?.noted()
    .filter(({ name }) => name === 'sendResetPassword');
  expect(calls).toHaveLength(2);
  expect(calls?.[0]).toEqual(calls?.[1]);
  expect(gatehouse.log()).toMatch(/mail reset-password \w+ not accepted at attempt 1 \(own sender\)/);
});

test('a function that refuses a verification leaves the e-mail unverified', async () => {
  const client = new BrowserLikeClient(gatehouse.origin);
  const mallory = aPerson({ email: 'mallory@example.com', name: 'Mallory' });
  await client.post('/api/auth/sign-up/email', mallory);
  const link = await callOf(tried.get('Gatehouse') as Tried, 'sendVerificationEmail', 3);
  const { searchParams } = new URL(link.data.url ?? '');
  const answer = await client.get(`/api/auth/verify-email?token=${searchParams.get('token')}`);
  expect([answer.status, answer.json()]).toEqual([403, { code: 'KEPT_OUT', message: 'Not you' }]);
  const query = `select email_verified from users where email = 'mallory@example.com'`;
  expect(await database.query(query)).toEqual([{ email_verified: null }]);
});

test('a function whose option is off stops the start', async () => {
  const environment = {
    ...SETTINGS,
    USER_CHANGE_EMAIL_SEND_CHANGE_EMAIL_CONFIRMATION: 'false',
    DATABASE_URL: 'postgresql://localhost/unused',
    BETTER_AUTH_SECRET: SECRET,
  };
  const ended = await runToEnd('dist/src/main.js', { environment });
  expectOneSentence(ended, /USER_CHANGE_EMAIL_SEND_CHANGE_EMAIL_CONFIRMATION must be true/);
});

test('a function makes the user of the profile that a built-in provider gives', async () => {
  writeFileSync(
    `${FOLDER}/mapping.mjs`,
    `export default [];
     const mapProfileToUser = (profile) => ({ name: 'Somebody with ' + profile.email });
     export const socialProviders = { gitlab: { mapProfileToUser } };`,
  );
  const server = await startSocialServer({ PLUGINS: `./${FOLDER}/mapping.mjs` });
  try {
    const visitor = new Visitor(server.gatehouse);
    await visitor.signIn('gitlab');
    const { user } = (await visitor.client.get('/api/auth/get-session')).json<{
      user: { name: string; email: string };
    }>();
    expect(user.name.toLowerCase()).toBe(`somebody with ${user.email}`);
  } finally {
    await server.stop();
  }
});
