import { resolve } from 'node:path';
import { checkCompatibility } from '../../src/compat/compatibility.js';
import { freePort } from '../../src/local/free-port.js';
import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import { betterAuthMapping } from '../../src/database/better-auth-mapping.js';
import { Tables } from '../../src/database/tables.js';
import { findSessionsByIds } from '../../src/sessions/find-session.sql.js';
import { PASSWORD, sessionOf, signIn, signUp } from '../coexistence/two-servers.js';
import { planOf, startOracle } from '../oracle/oracle.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type PostgresVersion, type TestDatabase } from '../setup/database.js';
import { SECRET, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { startProgram, type Program } from '../setup/program.js';
import { catalogue, digest, migrate, revert, withTables } from './support.js';

/** Table names of Better Auth's Drizzle adapter. They are the same as ours, but the columns have other names. */
const PLURAL = {
  user: { modelName: 'users' },
  session: { modelName: 'sessions' },
  account: { modelName: 'accounts' },
  verification: { modelName: 'verifications' },
};

const SERIAL = { advanced: { database: { generateId: 'serial' } } };
const UUID = { advanced: { database: { generateId: 'uuid' } } };
/** The setting that the README requires if ids are no text. */
const IDS_OF_THE_DATABASE = { advanced: { database: { generateId: false } } };

const RELEASES: readonly (readonly [string, object, PostgresVersion])[] = [
  ['better-auth-1.3', {}, 18],
  ['better-auth-1.6', {}, 14],
  ['better-auth-1.6', PLURAL, 18],
  ['better-auth-1.7.1', {}, 18],
  ['better-auth', {}, 14],
  ['better-auth', SERIAL, 18],
  ['better-auth', UUID, 18],
];

describe.each(RELEASES)('an application on %s with %j', (library, options, version) => {
  const users = options === PLURAL ? 'users' : '"user"';
  let database: TestDatabase;
  let legacy: Program;
  let legacyOrigin: string;
  let gatehouse: Gatehouse;
  let before: string[];
  const ada = new Map<string, string>();

  const atLegacy = (cookies = new Map<string, string>()) =>
    new BrowserLikeClient(legacyOrigin, true, cookies);
  const atGatehouse = (cookies = new Map<string, string>()) =>
    new BrowserLikeClient(gatehouse.origin, true, cookies);

  /**
   * The old application creates its tables, signs a user in and makes a signing key. It runs during all tests below.
   */
  beforeAll(async () => {
    database = await createDatabase({ version });
    const port = String(await freePort());
    legacyOrigin = `http://localhost:${port}`;
    legacy = startProgram(resolve('test/legacy/better-auth-app.mjs'), {
      arguments: ['migrate'],
      environment: {
        LIBRARY: library,
        DATABASE_URL: database.url,
        BETTER_AUTH_SECRET: SECRET,
        PORT: port,
        LEGACY_OPTIONS: JSON.stringify(options),
      },
    });
    await legacy.told('listening on');
    await signUp(atLegacy(ada), 'ada@example.com');
    await atLegacy(ada).get('/api/auth/token');
    before = await catalogue(database);
    await migrate(database);
    gatehouse = await startGatehouse({ PASSWORD_HASH: 'scrypt' }, database);
  });

  afterAll(async () => {
    await Promise.all([gatehouse?.stop(), legacy?.stop()]);
    await database?.drop();
  });

  it('keeps users signed in, in both applications', async () => {
    const there = await sessionOf(atLegacy(ada));
    expect(there?.user.email).toBe('ada@example.com');
    expect(await sessionOf(atGatehouse(ada))).toEqual(there);
  });

  it('has tables that are compatible with Gatehouse and with the newest Better Auth', async () => {
    const { findings } = await withTables(database.url, (dataSource) =>
      checkCompatibility(dataSource, database.url, NO_FIELDS),
    );
    expect(findings).toEqual([]);
    expect((await planOf(database)).plan).toEqual({ toBeCreated: [], toBeAdded: [] });
  });

  it('has passwords and accounts that work in Gatehouse', async () => {
    const client = atGatehouse();
    expect((await signIn(client, 'ada@example.com')).status).toBe(200);
    const accounts = (await client.get('/api/auth/list-accounts')).json<
      { providerId: string; accountId: string }[]
    >();
    expect(accounts).toMatchObject([
      { providerId: 'credential', accountId: (await sessionOf(client))?.user.id },
    ]);
  });

  it('has session ids of which Gatehouse finds several with one statement', async () => {
    const clients = [atGatehouse(), atGatehouse()];
    for (const client of clients) expect((await signIn(client, 'ada@example.com')).status).toBe(200);
    const ids = await Promise.all(clients.map(async (client) => (await sessionOf(client))?.session.id));
    const { text } = findSessionsByIds({ user: [], session: [] });
    const rows = await database.query<{ id: string }>(new Tables().resolve(text), [ids]);
    expect(rows.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it('shares sign-ups, sign-ins and e-mail verification with Gatehouse', async () => {
    expect((await signUp(atLegacy(), 'there@example.com')).status).toBe(200);
    expect((await signUp(atGatehouse(), 'here@example.com')).status).toBe(200);
    for (const client of [atLegacy, atGatehouse])
      for (const email of ['ada@example.com', 'there@example.com', 'here@example.com'])
        expect((await signIn(client(), email)).status).toBe(200);
    await database.query(`update ${users} set "emailVerified" = true where email = 'here@example.com'`);
    expect(
      await database.query(
        `select email, email_verified is not null as verified, is_email_verified as flag from users order by email`,
      ),
    ).toEqual([
      { email: 'ada@example.com', verified: false, flag: false },
      { email: 'here@example.com', verified: true, flag: true },
      { email: 'there@example.com', verified: false, flag: false },
    ]);
  });

  it('shares sign-outs with Gatehouse', async () => {
    const cookies = new Map<string, string>();
    await signIn(atLegacy(cookies), 'ada@example.com');
    const copy = new Map(cookies);
    expect((await atGatehouse(cookies).post('/api/auth/sign-out')).status).toBe(200);
    expect(await sessionOf(atLegacy(copy))).toBeNull();
  });

  it('keeps signing JWTs with its own key, which Gatehouse publishes too', async () => {
    const mine = (await atGatehouse(ada).get('/api/auth/token')).json<{ token: string }>();
    const its = (await atLegacy(ada).get('/api/auth/token')).json<{ token: string }>();
    const keys = (await atGatehouse().get('/api/auth/jwks')).json<{ keys: { kid: string; alg: string }[] }>()
      .keys;
    const headers = [mine, its].map(({ token }) =>
      JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()),
    );
    expect(headers).toMatchObject([{ alg: 'ES256' }, { alg: 'EdDSA' }]);
    expect(keys.map(({ kid, alg }) => ({ kid, alg }))).toEqual(
      expect.arrayContaining(headers.map(({ kid, alg }) => ({ kid, alg }))),
    );
  });

  it.each([
    ['tables', undefined],
    ['views under our names', betterAuthMapping(new Tables())],
  ])('shares users and sessions with the newest Better Auth on the %s', async (what, mapping) => {
    const email = `newest-${what.split(' ')[0]}@example.com`;
    const newest = await startOracle(database, {
      password: 'scrypt',
      ...(mapping ? { mapping } : {}),
      options: 'advanced' in options ? IDS_OF_THE_DATABASE : {},
    });
    try {
      const client = new BrowserLikeClient(newest.origin);
      expect((await signIn(client, 'ada@example.com')).status).toBe(200);
      expect((await sessionOf(new BrowserLikeClient(newest.origin, true, ada)))?.user.email).toBe(
        'ada@example.com',
      );
      expect((await signUp(new BrowserLikeClient(newest.origin), email)).status).toBe(200);
      expect((await signIn(atLegacy(), email)).status).toBe(200);
      expect(newest.log()).not.toMatch(/mismatch|error/i);
    } finally {
      await newest.stop();
    }
  });

  it('gets its tables back by a revert, which keeps users added since', async () => {
    await gatehouse.stop();
    const people = await digest(database, 'users', 'id, email, name');
    await revert(database);
    expect(await catalogue(database)).toEqual(before);
    expect(await digest(database, users, 'id, email, name')).toBe(people);
    expect((await sessionOf(atLegacy(ada)))?.user.email).toBe('ada@example.com');
    for (const email of ['ada@example.com', 'there@example.com', 'here@example.com'])
      expect((await signIn(atLegacy(), email, PASSWORD)).status).toBe(200);
    expect(legacy.output()).not.toMatch(/mismatch|error/i);
  });
});
