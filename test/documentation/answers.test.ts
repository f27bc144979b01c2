import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import { startOpenIdProvider } from '../openid/openid-provider.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { aMember } from '../setup/people.js';
import { journeyRecipes, journeySuccesses, type Servers } from './journeys.js';
import { AnswerCheck, fetchDocument, routesOf, type Route } from './document.js';
import { linkingVariables, tokenRecipes, tokenSuccesses, type LinkingServers } from './token-journeys.js';

let database: TestDatabase;
let gatehouse: Gatehouse;
let closed: Gatehouse;
let busy: Gatehouse;
let servers: Servers & LinkingServers;
let routes: Route[];
let check: AnswerCheck;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  const everything = { USER_CHANGE_EMAIL_ENABLED: 'true', USER_DELETE_USER_ENABLED: 'true' };
  const production = {
    NODE_ENV: 'production',
    BETTER_AUTH_URL: 'http://localhost',
    RATE_LIMIT_ENABLED: 'false',
  };
  const [mute, strict, mailing] = await Promise.all([
    startGatehouse(
      { ...everything, ...production, BETTER_AUTH_TRUSTED_ORIGINS: 'http://localhost:*' },
      database,
    ),
    startGatehouse({ EMAIL_AND_PASSWORD_REQUIRE_EMAIL_VERIFICATION: 'true' }, database),
    startGatehouse({ ...everything, USER_DELETE_USER_SEND_DELETE_ACCOUNT_VERIFICATION: 'true' }, database),
  ]);
  const provider = await startOpenIdProvider();
  let linking: Gatehouse;
  [gatehouse, closed, busy, linking] = await Promise.all([
    startGatehouse({ ...everything, PASSWORD_OBVIOUS_CHECK: 'true' }, database),
    startGatehouse({ EMAIL_AND_PASSWORD_ENABLED: 'false' }, database),
    startGatehouse({ ...everything, PASSWORD_HASH_CONCURRENCY: '1', PASSWORD_HASH_QUEUE: '0' }, database),
    startGatehouse(linkingVariables(provider), database),
  ]);
  servers = { database, gatehouse, closed, busy, mute, strict, mailing, linking, provider };
  const { document } = await fetchDocument(gatehouse);
  routes = routesOf(document);
  check = new AnswerCheck(document);
});

afterAll(async () => {
  const { mute, strict, mailing, linking, provider } = servers;
  const all = [gatehouse, closed, busy, mute, strict, mailing, linking, provider];
  await Promise.all(all.map((server) => server.stop()));
  await database.drop();
});

const stranger = (server = gatehouse) => new BrowserLikeClient(server.origin);
const member = async () => (await aMember(gatehouse)).client;
const elsewhere = { origin: 'https://elsewhere.example' };

let count = 0;
/** The example of the route with changes. If it has an e-mail, the e-mail is replaced by an unused one. */
const changed = ({ example }: Route, changes: Record<string, unknown>) => {
  count += 1;
  return {
    ...example,
    ...(example && 'email' in example ? { email: `nobody${count}@example.com` } : {}),
    ...changes,
  };
};

/** A request for each documented error that is the same on all routes, by code, or by message if there is no code. */
const RECIPES: Record<string, (route: Route) => Promise<Answer>> = {
  BAD_REQUEST: (route) => route.send(stranger(), '{"name":'),
  UNSUPPORTED_MEDIA_TYPE: (route) => route.send(stranger(), 'name', { 'content-type': 'text/plain' }),
  PAYLOAD_TOO_LARGE: (route) => route.send(stranger(), { name: 'x'.repeat(3_000_000) }),
  INVALID_ORIGIN: (route) => route.send(stranger(), route.example, { ...elsewhere, cookie: 'a=b' }),
  MISSING_OR_NULL_ORIGIN: (route) => route.send(stranger(), route.example, { origin: 'null', cookie: 'a=b' }),
  VALIDATION_ERROR: (route) => route.send(stranger(), []),
  CROSS_SITE_NAVIGATION_LOGIN_BLOCKED: (route) =>
    route.send(stranger(), route.example, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }),
  INVALID_CALLBACK_URL: (route) =>
    route.send(stranger(), changed(route, { callbackURL: 'https://elsewhere.example/' })),
  'Invalid callbackURL: expected a string': (route) =>
    route.send(stranger(), changed(route, { callbackURL: 5 })),
  UNAUTHORIZED: (route) => route.send(stranger()),
  SESSION_NOT_FRESH: async (route) => {
    const { client, id } = await aMember(gatehouse);
    await database.query(`update sessions set created_at = now() - interval '2 days' where user_id = $1`, [
      id,
    ]);
    return route.send(client);
  },
  EMAIL_PASSWORD_DISABLED: (route) => route.send(stranger(closed)),
  EMAIL_PASSWORD_SIGN_UP_DISABLED: (route) => route.send(stranger(closed)),
  INVALID_EMAIL: (route) => route.send(stranger(), changed(route, { email: 'nobody' })),
  INVALID_EMAIL_OR_PASSWORD: (route) => route.send(stranger(), changed(route, {})),
  BANNED_USER: async (route) => {
    const { id, email, password } = await aMember(gatehouse);
    await database.query('update users set banned = true where id = $1', [id]);
    return route.send(stranger(), changed(route, { email, password }));
  },
  PASSWORD_TOO_SHORT: (route) => route.send(stranger(), changed(route, { password: 'short' })),
  PASSWORD_TOO_LONG: (route) => route.send(stranger(), changed(route, { password: 'x'.repeat(129) })),
  PASSWORD_COMPROMISED: (route) => route.send(stranger(), changed(route, { password: 'password1234' })),
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: async (route) =>
    route.send(stranger(), changed(route, { email: (await aMember(gatehouse)).email })),
  FAILED_TO_CREATE_USER: (route) => route.send(stranger(), changed(route, { name: 'a\0b' })),
  SERVICE_UNAVAILABLE: async (route) => {
    const tries = Array.from({ length: 4 }, () => route.send(stranger(busy), changed(route, {})));
    const answers = await Promise.all(tries);
    return answers.find(({ status }) => status === 503) ?? (await route.send(stranger(busy)));
  },
  METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED: (route) => route.send(stranger()),
  EMAIL_CAN_NOT_BE_UPDATED: async (route) => route.send(await member(), { email: 'new@example.com' }),
  FAILED_TO_UPDATE_USER: async (route) => {
    const { client, id } = await aMember(gatehouse);
    return whileUpdatesAreRefused(id, () => route.send(client));
  },
  'No fields to update': async (route) => route.send(await member(), {}),
};

/** True if the recipe is also tried on routes that do not document its code. Such a route must take a body. */
function isApplicable(code: string, route: Route): boolean {
  return route.method !== 'GET' && route.example !== undefined && !/callback/i.test(code);
}

async function sendWhileSessionVanishes(route: Route): Promise<Answer> {
  const { client, id } = await aMember(gatehouse);
  await database.query(`update sessions set expires_at = now() + interval '1 hour' where user_id = $1`, [id]);
  // The route validates its query before it looks for a session, so it needs a valid one.
  const path = route.path.endsWith('/account-info') ? `${route.path}?accountId=x` : route.path;
  return whileExtendingFails(() => client.call(path, { method: route.method, body: route.example }));
}

/** The answers of these routes depend on a provider, so test/documentation/providers.test.ts checks them. */
const AT_PROVIDERS = [
  'POST /api/auth/sign-in/social',
  'GET /api/auth/callback/{id}',
  'POST /api/auth/callback/{id}',
  'POST /api/auth/link-social',
];

/** Errors of these routes that occur before the server looks for the provider. */
const BEFORE_PROVIDERS = [
  'BAD_REQUEST',
  'UNSUPPORTED_MEDIA_TYPE',
  'PAYLOAD_TOO_LARGE',
  'INVALID_ORIGIN',
  'MISSING_OR_NULL_ORIGIN',
  'INVALID_CALLBACK_URL',
  'UNAUTHORIZED',
];

/** Routes that have to come first, in this order, because sign-up creates the user of the other examples. */
const IN_ORDER = ['POST /api/auth/sign-up/email', 'POST /api/auth/register'];

test('every unchanged example gets 200 and an answer as documented', async () => {
  const faults: string[] = [];
  // update-session has nothing to change without configured fields. test/additional-fields checks it with some.
  const checkedElsewhere = [
    'POST /api/auth/update-session',
    ...AT_PROVIDERS,
    ...Object.keys({ ...journeySuccesses(servers), ...tokenSuccesses(servers) }),
  ];
  const sorted = routes
    .filter(({ name }) => !checkedElsewhere.includes(name))
    .toSorted((a, b) => rank(a) - rank(b));
  for (const route of sorted.filter(({ name }) => name !== 'POST /api/auth/get-session')) {
    const client = route.isGuarded ? await member() : stranger();
    // Both sign-up examples have the same e-mail, so the first user must go.
    if (route.name === 'POST /api/auth/register') await database.query('delete from users');
    const answer = await route.send(client);
    if (answer.status !== 200) faults.push(`${route.name}: ${answer.status} ${answer.text}`);
    faults.push(...check.faults(route, answer));
  }
  expect(faults).toEqual([]);
});

test('routes that need a mailed link or a provider answer as documented', async () => {
  const faults: string[] = [];
  for (const [name, follow] of Object.entries({
    ...journeySuccesses(servers),
    ...tokenSuccesses(servers),
  })) {
    const route = routes.find((candidate) => candidate.name === name);
    if (!route) throw new Error(`${name} is not documented`);
    const answer = await follow();
    if (![200, 302].includes(answer.status)) faults.push(`${name}: ${answer.status} ${answer.text}`);
    faults.push(...check.faults(route, answer));
  }
  expect(faults).toEqual([]);
});

test('routes accept a form if the document says so', async () => {
  const forms = routes.filter(
    ({ name, operation }) =>
      operation.requestBody?.content['application/x-www-form-urlencoded'] && !AT_PROVIDERS.includes(name),
  );
  expect(forms.length).toBe(4);
  for (const route of forms) {
    const { email, password } = await aMember(gatehouse);
    const fresh = /sign-up|register/.test(route.path) ? {} : { email, password };
    const fields = new URLSearchParams(changed(route, fresh) as Record<string, string>).toString();
    const answer = await route.send(stranger(), fields, {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect([route.name, answer.status, check.faults(route, answer)]).toEqual([route.name, 200, []]);
  }
});

test('every documented error can be provoked, and no undocumented one', async () => {
  const faults: string[] = [];
  const own = { ...journeyRecipes(servers), ...tokenRecipes(servers) };
  for (const route of routes) {
    const documented = new Map(
      route.errors.filter(([, code]) => code !== '').map(([status, code]) => [code, status]),
    );
    documented.delete('FAILED_TO_GET_SESSION');
    const isAsked = (code: string) =>
      !AT_PROVIDERS.includes(route.name) || (route.method === 'POST' && BEFORE_PROVIDERS.includes(code));
    for (const code of new Set([
      ...documented.keys(),
      ...Object.keys(RECIPES).filter((name) => isApplicable(name, route)),
    ])) {
      if (!isAsked(code)) continue;
      const recipe = own[route.name]?.[code] ?? RECIPES[code];
      if (!recipe) {
        faults.push(`${route.name}: there is no recipe that provokes ${code}`);
        continue;
      }
      const answer = await recipe(route);
      faults.push(...check.faults(route, answer));
      if (!documented.has(code)) continue;
      const { code: given, message } =
        answer.text === '' ? {} : (answer.json() as { code?: string; message?: string });
      if (answer.status !== documented.get(code) || (given ?? message) !== code)
        faults.push(`${route.name}: expected ${code}, got ${answer.status} ${answer.text}`);
    }
  }
  expect(faults).toEqual([]);
});

test('if a session is deleted while it is extended, the routes answer as documented', async () => {
  const faults: string[] = [];
  for (const route of routes.filter(({ name, errors }) =>
    // Without deferSessionRefresh, POST /get-session refuses before it extends a session.
    errors.some(([, code]) => code === 'FAILED_TO_GET_SESSION' && name !== 'POST /api/auth/get-session'),
  )) {
    const answer = await sendWhileSessionVanishes(route);
    if (answer.status !== 401) faults.push(`${route.name}: ${answer.status} ${answer.text}`);
    faults.push(...check.faults(route, answer));
  }
  expect(faults).toEqual([]);
});

test('the schema of get-session fits the answers with and without a session', async () => {
  const route = routes.find(({ name }) => name === 'GET /api/auth/get-session');
  if (!route) throw new Error('get-session is not documented');
  for (const client of [stranger(), await member()])
    expect(check.faults(route, await route.send(client))).toEqual([]);
});

test('if its tables are missing, every route answers as documented', async () => {
  const broken = await startGatehouse();
  await broken.database.query(
    'alter table users rename to u; alter table sessions rename to s; alter table gatehouse_migrations rename to m',
  );
  const client = new BrowserLikeClient(broken.origin);
  const faults: string[] = [];
  for (const route of routes) {
    const headers = { authorization: 'Bearer anything' };
    const answer = await route.send(client, route.example, { ...headers, accept: 'application/json' });
    faults.push(...check.faults(route, answer));
    if (answer.status === 500) {
      const bare = await route.send(client, route.example, headers);
      // Better Auth's client does not ask for JSON, and gets the bare answer of the protocol.
      if (bare.text.includes('INTERNAL_SERVER_ERROR')) faults.push(`${route.name}: 500 with a body`);
    }
    if (/^\s+at /m.test(answer.text) || answer.text.includes('relation "')) faults.push(answer.text);
  }
  await broken.stop();
  expect(faults).toEqual([]);
});

const rank = ({ name }: Route) => (IN_ORDER.includes(name) ? IN_ORDER.indexOf(name) : IN_ORDER.length);

/** Adds a trigger that deletes a session when the server extends it. */
async function whileExtendingFails(call: () => Promise<Answer>): Promise<Answer> {
  await database.query(`
    create function vanish() returns trigger language plpgsql as $$
    begin delete from sessions where id = old.id; return null; end $$;
    create trigger vanish before update on sessions for each row execute function vanish()`);
  try {
    return await call();
  } finally {
    await database.query('drop trigger vanish on sessions; drop function vanish()');
  }
}

/** Adds a constraint that the migrations do not have, which refuses every update of this user. */
async function whileUpdatesAreRefused(id: string, call: () => Promise<Answer>): Promise<Answer> {
  await database.query(`alter table users add constraint refused check (id <> '${id}') not valid`);
  try {
    return await call();
  } finally {
    await database.query('alter table users drop constraint refused');
  }
}
