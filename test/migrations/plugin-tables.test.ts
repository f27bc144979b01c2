import { betterAuth, type BetterAuthOptions } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { admin, organization, twoFactor, username } from 'better-auth/plugins';
import { planOf } from '../oracle/oracle.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, SECRET, startGatehouse } from '../setup/gatehouse.js';
import { migrate } from '../setup/migrate.js';
import { startProgram } from '../setup/program.js';
import { catalogue } from './support.js';

const ALL =
  'admin,organization,two-factor,username,phone-number,anonymous,device-authorization,last-login-method,passkey,api-key,oauth-provider,sso,scim';
const CONNECTIONS = [{ id: 'acme', credentials: [{ id: '1', token: 'token-of-acme' }] }];
const HASH_SECRET = 'a secret of at least 32 characters';
const VARIABLES = {
  PLUGINS: ALL,
  ORGANIZATION_TEAMS_ENABLED: 'true',
  ORGANIZATION_DYNAMIC_ACCESS_CONTROL_ENABLED: 'true',
  LAST_LOGIN_METHOD_STORE_IN_DATABASE: 'true',
  OAUTH_PROVIDER_LOGIN_PAGE: '/login',
  OAUTH_PROVIDER_CONSENT_PAGE: '/consent',
  SCIM_CONNECTIONS: JSON.stringify(CONNECTIONS),
  SCIM_MANAGED_CONNECTIONS_CREDENTIAL_HASH_SECRET: HASH_SECRET,
};

/** The same plugins as options of the published library. */
const PLUGINS = {
  ...Object.fromEntries(ALL.split(',').map((id) => [id, {}])),
  organization: { teams: { enabled: true }, dynamicAccessControl: { enabled: true } },
  'last-login-method': { storeInDatabase: true },
  scim: { connections: CONNECTIONS, managedConnections: { credentialHashSecret: HASH_SECRET } },
};

/** Milliseconds. Each test runs several programs that load the published library. */
const SLOW = 180_000;

let database: TestDatabase;

beforeEach(async () => {
  database = await createDatabase({ template: MIGRATED });
}, SLOW);

afterEach(() => database.drop());

async function revert(variables: Record<string, string>): Promise<void> {
  const program = startProgram('../node_modules/typeorm/cli.js', {
    arguments: ['migration:revert', '-d', 'dist/ormconfig.js'],
    environment: { DATABASE_URL: database.url, ...variables },
  });
  if ((await program.ended()) !== 0) throw new Error(program.output());
}

const tables = async () =>
  (
    await database.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
    )
  ).map(({ name }) => name);

test(
  'the published library finds nothing to create or to add',
  async () => {
    const without = await planOf(database, { plugins: PLUGINS });
    expect(without.plan.toBeCreated).not.toEqual([]);
    await migrate(database, VARIABLES);
    const { plan, log } = await planOf(database, { plugins: PLUGINS });
    expect([plan, log]).toEqual([{ toBeCreated: [], toBeAdded: [] }, '']);
    expect(await tables()).toEqual(
      expect.arrayContaining([
        'api_keys',
        'device_codes',
        'invitations',
        'members',
        'oauth_access_tokens',
        'oauth_client_assertions',
        'oauth_client_resources',
        'oauth_clients',
        'oauth_consents',
        'oauth_refresh_tokens',
        'oauth_resources',
        'organization_roles',
        'organizations',
        'passkeys',
        'scim_groups',
        'scim_managed_connections',
        'scim_users',
        'sso_providers',
        'team_members',
        'teams',
        'two_factors',
      ]),
    );
  },
  SLOW,
);

test(
  'a revert leaves what was there before, even if PLUGINS was removed since',
  async () => {
    const before = await catalogue(database);
    await migrate(database, VARIABLES);
    await revert({});
    await revert({});
    expect(await catalogue(database)).toEqual(before);
  },
  SLOW,
);

test(
  'a further plugin adds only what is missing',
  async () => {
    await migrate(database, { PLUGINS: 'organization' });
    await database.query(
      `insert into organizations (id, name, slug, created_at) values ('o', 'Acme', 'acme', now())`,
    );
    await migrate(database, { PLUGINS: 'organization,two-factor', ORGANIZATION_TEAMS_ENABLED: 'true' });
    expect(await database.query('select slug from organizations')).toEqual([{ slug: 'acme' }]);
    expect(await tables()).toEqual(expect.arrayContaining(['two_factors', 'teams']));
  },
  SLOW,
);

test(
  'an existing table of the library is adopted with its rows',
  async () => {
    await database.query(
      `create table two_factors (id text primary key, secret text not null, backup_codes text not null,
                               user_id varchar(255) not null references users (id) on delete cascade);
     insert into users (id, name, email) values ('ada', 'Ada', 'ada@example.com');
     insert into two_factors values ('t', 's', 'b', 'ada')`,
    );
    await migrate(database, { PLUGINS: 'two-factor' });
    expect(await database.query('select id, secret, verified from two_factors')).toEqual([
      { id: 't', secret: 's', verified: null },
    ]);
    await revert({ PLUGINS: 'two-factor' });
    expect(await database.query('select * from two_factors')).toEqual([
      { id: 't', secret: 's', backup_codes: 'b', user_id: 'ada' },
    ]);
  },
  SLOW,
);

test(
  'a legacy column `role` gives no rights until a variable says what it means',
  async () => {
    await database.query(
      `alter table users add column role text;
     insert into users (id, name, email, role) values ('ada', 'Ada', 'ada@example.com', 'admin')`,
    );
    await expect(migrate(database, { PLUGINS: 'admin' })).rejects.toThrow(
      /users\.role exists already.*ADMIN_SCHEMA_USER_FIELDS_ROLE=role/,
    );
    await migrate(database, { PLUGINS: 'admin', ADMIN_SCHEMA_USER_FIELDS_ROLE: 'auth_role' });
    expect(await database.query('select role, auth_role from users')).toEqual([
      { role: 'admin', auth_role: null },
    ]);
  },
  SLOW,
);

test(
  'legacy user names in lower case are adopted, others are not',
  async () => {
    await database.query(
      `alter table users add column username text;
     insert into users (id, name, email, username) values ('ada', 'Ada', 'ada@example.com', 'ada')`,
    );
    await migrate(database, { PLUGINS: 'username' });
    await revert({ PLUGINS: 'username' });
    await database.query(`update users set username = 'Ada'`);
    await expect(migrate(database, { PLUGINS: 'username' })).rejects.toThrow(
      /users\.username has 1 values with capital letters.*USERNAME_SCHEMA_USER_FIELDS_USERNAME=auth_username/,
    );
    expect(await database.query('select username from users')).toEqual([{ username: 'Ada' }]);
  },
  SLOW,
);

test(
  'the tables that the library made itself are adopted with their rows, and an application on the library goes on',
  async () => {
    const own = await createDatabase();
    const options: BetterAuthOptions = {
      database: own.pool,
      secret: SECRET,
      baseURL: 'http://localhost:3000',
      emailAndPassword: { enabled: true },
      plugins: [twoFactor(), organization(), username(), admin()],
    };
    await (await getMigrations(options)).runMigrations();
    const auth = betterAuth({ ...options, plugins: [twoFactor(), organization(), username()] });
    const ada = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' };
    const signedUp = await auth.api.signUpEmail({ body: { ...ada, username: 'ada' }, asResponse: true });
    const headers = new Headers({
      cookie: signedUp.headers
        .getSetCookie()
        .map((line) => line.split(';', 1)[0])
        .join('; '),
    });
    const acme = await auth.api.createOrganization({ body: { name: 'Acme', slug: 'acme' }, headers });
    await auth.api.enableTwoFactor({ body: { password: ada.password }, headers });
    await own.query('update "user" set "twoFactorEnabled" = true');
    const before = await catalogue(own);

    const variables = { PLUGINS: 'two-factor,organization,username,admin', PASSWORD_HASH: 'scrypt' };
    await expect(migrate(own, variables)).rejects.toThrow(
      /PLUGINS=two-factor TWO_FACTOR_SCHEMA_USER_FIELDS_TWO_FACTOR_ENABLED=twoFactorEnabled/,
    );
    const named = { ...variables, TWO_FACTOR_SCHEMA_USER_FIELDS_TWO_FACTOR_ENABLED: 'twoFactorEnabled' };
    const refusal = await migrate(own, named).catch((error: unknown) => String(error));
    const asked = Object.fromEntries(
      [...String(refusal).matchAll(/([A-Z_]+_FIELDS_[A-Z_]+)=(\w+)/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    );
    expect(asked).toMatchObject({
      ORGANIZATION_SCHEMA_SESSION_FIELDS_ACTIVE_ORGANIZATION_ID: 'activeOrganizationId',
    });
    const settings = { ...named, ...asked, ADMIN_SCHEMA_USER_FIELDS_ROLE: 'role' };
    await migrate(own, settings);

    const gatehouse = await startGatehouse({ ...settings, BETTER_AUTH_URL: 'http://localhost:3000' }, own);
    const client = new BrowserLikeClient(gatehouse.origin);
    const answer = await client.post('/api/auth/sign-in/username', {
      username: 'ada',
      password: ada.password,
    });
    expect(answer.json()).toMatchObject({ twoFactorRedirect: true });
    expect(await own.query('select name from organizations')).toEqual([{ name: 'Acme' }]);
    expect(await own.query('select role from members')).toEqual([{ role: 'owner' }]);
    await gatehouse.stop();

    const still = await auth.api.getFullOrganization({ query: { organizationId: acme?.id ?? '' }, headers });
    expect(still).toMatchObject({ name: 'Acme', members: [{ role: 'owner', user: { email: ada.email } }] });
    await auth.api.createOrganization({ body: { name: 'Beta', slug: 'beta' }, headers });
    expect(await own.query('select slug from organizations order by slug')).toEqual([
      { slug: 'acme' },
      { slug: 'beta' },
    ]);

    const back = startProgram('src/commands/migration-revert.js', {
      arguments: ['--all'],
      environment: { DATABASE_URL: own.url, ...settings },
    });
    expect([await back.ended(), back.output()]).toEqual([0, expect.anything()]);
    expect(await catalogue(own)).toEqual(before);
    await own.drop();
  },
  SLOW,
);
