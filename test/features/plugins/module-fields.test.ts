import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { BetterAuthOptions } from 'better-auth';
import { CLIENT } from '../../openid/certified-provider.js';
import { danceThrough } from '../../openid/dance.js';
import { startOpenIdProvider, type OpenIdProvider } from '../../openid/openid-provider.js';
import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, SECRET, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { migrate } from '../../setup/migrate.js';
import { expectOneSentence, runToEnd } from '../../setup/run-to-end.js';
import { libraryWithModule, type LibraryServer } from './library-with-module.js';

const FOLDER = 'dist/module-fields-test';

/** The transforms add a letter, so that a value tells how often they were called. */
const MODULE = `
import { z } from 'zod';
const marked = {
  input: (value) => (value == null ? 'nothing' : value + '+'),
  output: (value) => (value == null ? value : value + '!'),
};
export default [];
export const socialProviders = { gitlab: { mapProfileToUser: ({ name }) => ({ nick: name, age: '51' }) } };
export const user = {
  additionalFields: {
    plan: { defaultValue: () => 'free' },
    nick: { transform: marked },
    changes: { defaultValue: () => 0, onUpdate: () => 1 },
    age: { validator: { input: z.coerce.number().max(150, 'Too old'), output: z.any() } },
  },
};
export const session = {
  additionalFields: {
    device: { defaultValue: () => 'unknown', transform: marked },
    touched: { onUpdate: () => 'again' },
  },
};
`;

const optional = (type: string, more = {}) => ({ type, required: false, ...more });
const USER_FIELDS = {
  plan: optional('string', { input: false }),
  nick: optional('string'),
  changes: optional('number', { input: false }),
  age: optional('number'),
};
const SESSION_FIELDS = { device: optional('string'), touched: optional('string', { input: false }) };

const SETTINGS = {
  PLUGINS: `./${FOLDER}/fields.mjs`,
  USER_ADDITIONAL_FIELDS: JSON.stringify(USER_FIELDS),
  SESSION_ADDITIONAL_FIELDS: JSON.stringify(SESSION_FIELDS),
  SESSION_COOKIE_CACHE_ENABLED: 'true',
  GITLAB_CLIENT_ID: CLIENT.id,
  GITLAB_CLIENT_SECRET: CLIENT.secret,
  RATE_LIMIT_ENABLED: 'false',
};

interface Tried {
  readonly origin: string;
  /** Makes all sessions due for a renewal. */
  age(): Promise<unknown>;
}

let provider: OpenIdProvider;
let database: TestDatabase;
let gatehouse: Gatehouse;
let library: LibraryServer;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/fields.mjs`, MODULE);
  provider = await startOpenIdProvider();
  database = await createDatabase({ template: MIGRATED });
  const settings = { ...SETTINGS, GITLAB_ISSUER: provider.origin };
  await migrate(database, settings);
  gatehouse = await startGatehouse(settings, database);
});

afterAll(async () => {
  await gatehouse.stop();
  await database.drop();
  library.close();
  await provider.stop();
  rmSync(FOLDER, { recursive: true, force: true });
});

async function theLibrary(): Promise<Tried> {
  const rows = { user: [], session: new Array<{ expiresAt: Date }>(), account: [], verification: [] };
  const both = (fields: Record<string, object>, functions: Record<string, object> = {}) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, { ...field, ...functions[name] }]),
    ) as NonNullable<NonNullable<BetterAuthOptions['user']>['additionalFields']>;
  const client = { clientId: CLIENT.id, clientSecret: CLIENT.secret, issuer: provider.origin };
  library = await libraryWithModule(`${FOLDER}/fields.mjs`, rows, (given) => ({
    emailAndPassword: { enabled: true },
    user: { additionalFields: both(USER_FIELDS, given.user?.additionalFields) },
    session: {
      cookieCache: { enabled: true },
      additionalFields: both(SESSION_FIELDS, given.session?.additionalFields),
    },
    socialProviders: { gitlab: { ...client, ...(given.socialProviders?.gitlab as object) } },
  }));
  return {
    origin: library.origin,
    age: () => {
      for (const session of rows.session) session.expiresAt = new Date(Date.now() + 5 * 86_400_000);
      return Promise.resolve();
    },
  };
}

type Row = Record<string, unknown>;

/** The configured fields of an answer. The library's store in memory has no null. */
function fieldsOf({ status, text }: { status: number; text: string }) {
  const { user, session, message } = (text.startsWith('{') ? JSON.parse(text) : {}) as {
    user?: Row;
    session?: Row;
    message?: string;
  };
  const pick = (row: Row | undefined, fields: object) =>
    Object.keys(fields).map((name) => row?.[name] ?? undefined);
  return { status, message, user: pick(user, USER_FIELDS), session: pick(session, SESSION_FIELDS) };
}

/** Goes through everything that writes or reads the fields. */
async function live({ origin, age }: Tried) {
  const client = new BrowserLikeClient(origin);
  const post = async (path: string, body: object) => fieldsOf(await client.post(`/api/auth/${path}`, body));
  const get = async (query = '') => fieldsOf(await client.get(`/api/auth/get-session${query}`));
  const person = (name: string, more = {}) => ({
    name,
    email: `${name}@example.com`,
    password: 'a long password',
    ...more,
  });
  const answers = [
    await post('sign-up/email', person('ada', { nick: 'a', age: '36' })),
    await get(),
    await get('?disableCookieCache=true'),
    await post('sign-up/email', person('old', { age: 200 })),
    await post('sign-up/email', person('joan')),
    await get(),
    await post('update-user', { nick: 'b' }),
    await get(),
    await post('update-user', { age: 'many' }),
    await post('update-user', { age: '7' }),
    await get(),
    await post('update-session', { device: 'phone' }),
    await get(),
    await post('sign-out', {}),
    await post('sign-in/email', person('ada')),
    await get(),
  ];
  await age();
  answers.push(await get('?disableCookieCache=true'), await get());
  const begun = await client.post('/api/auth/sign-in/social', {
    provider: 'gitlab',
    loginHint: 'verified',
    callbackURL: '/in',
  });
  const { url } = await danceThrough(begun.json<{ url: string }>().url);
  answers.push(fieldsOf(await client.get(url.pathname + url.search)), await get());
  return answers;
}

test('the functions of fields do what they do in the published library', async () => {
  const ours = {
    origin: gatehouse.origin,
    age: () => database.query(`update sessions set expires_at = now() + interval '5 days'`),
  };
  const answers = await live(ours);
  expect(answers).toEqual(await live(await theLibrary()));
  // Twice at the write and once at the read.
  expect(answers[0]).toMatchObject({ status: 200, user: ['free', 'a++!', 0, 36] });
  expect(answers.at(-1)).toMatchObject({ user: ['free', 'Grace Hopper++!', 0, 51] });
});

test.each([
  [
    'a field that no variable has',
    'export const user = { additionalFields: { size: { onUpdate: () => 1 } } };',
    /USER_ADDITIONAL_FIELDS must have the field size, because the module in PLUGINS exports user\.additionalFields\.size/,
  ],
  [
    'a function that returns a promise',
    'export const session = { additionalFields: { device: { transform: { output: async (v) => v } } } };',
    /transform of the field device must not be async/,
  ],
])('%s stops the start', async (_, code, sentence) => {
  writeFileSync(`${FOLDER}/wrong.mjs`, `export default [];\n${code}`);
  const environment = {
    ...SETTINGS,
    PLUGINS: `./${FOLDER}/wrong.mjs`,
    DATABASE_URL: 'postgresql://localhost/unused',
    BETTER_AUTH_SECRET: SECRET,
  };
  expectOneSentence(await runToEnd('dist/src/main.js', { environment }), sentence);
});
