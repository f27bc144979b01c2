import { inspect } from 'node:util';
import { loadConfig } from '../../src/assembly/load-config.js';
import { loadConfiguredFields, loadDatabaseConfig } from '../../src/config/config.js';
import { StartupFault } from '../../src/errors/startup-fault.js';

const SECRET = 'a secret that only these tests know';
const complete = { DATABASE_URL: 'postgresql://localhost/app', BETTER_AUTH_SECRET: SECRET };
const productive = { ...complete, NODE_ENV: 'production', BETTER_AUTH_URL: 'https://auth.example.com' };

/** The message of the StartupFault. */
function faultOf(
  environment: Record<string, string>,
  load: (given: typeof environment) => unknown = loadConfig,
) {
  try {
    load(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(StartupFault);
    return (error as Error).message;
  }
  throw new Error('the environment was accepted');
}

describe('defaults', () => {
  test('are those of Better Auth, except that e-mail with password is on', () =>
    expect(loadConfig(complete)).toMatchObject({
      production: false,
      host: '0.0.0.0',
      port: 3000,
      origin: 'http://localhost:3000',
      trustedOrigins: ['http://localhost:3000'],
      secrets: [{ value: SECRET }],
      versioned: false,
      logLevel: 'info',
      database: { url: complete.DATABASE_URL, directUrl: complete.DATABASE_URL, poolSize: 10 },
      emailAndPassword: {
        enabled: true,
        disableSignUp: false,
        autoSignIn: true,
        minPasswordLength: 8,
        maxPasswordLength: 128,
      },
      session: { expiresIn: 604_800, updateAge: 86_400, freshAge: 86_400, disableSessionRefresh: false },
      secureCookies: false,
      advanced: { cookiePrefix: 'better-auth', ipAddress: { ipAddressHeaders: ['x-forwarded-for'] } },
      password: { hash: 'bcrypt', bcryptCost: 11 },
      warnings: [],
    }));

  test('depend on the port and the public URL', () => {
    expect(loadConfig({ ...complete, PORT: '8080' }).origin).toBe('http://localhost:8080');
    expect(loadConfig({ ...complete, BETTER_AUTH_URL: 'https://auth.example.com' })).toMatchObject({
      secureCookies: true,
      trustedOrigins: ['https://auth.example.com'],
    });
  });

  test('apply to variables that are set to an empty text', () =>
    expect(loadConfig({ ...complete, PORT: '', LOG_LEVEL: '' })).toMatchObject({
      port: 3000,
      logLevel: 'info',
    }));
});

test.each([
  ['postgresql://one/app', 0],
  ['postgresql://one,two/app?target_session_attrs=read-write', 0],
  ['postgresql://one,two/app', 1],
  ['postgresql://one/app?target_session_attrs=standby', 1],
])('warns about a URL that may lead to a standby: %s', (url, warnings) =>
  expect(
    loadConfig({ ...complete, DATABASE_URL: url }).warnings.filter((warning) =>
      warning.includes('may lead to a standby'),
    ),
  ).toHaveLength(warnings),
);

test('reads every variable', () =>
  expect(
    loadConfig({
      ...complete,
      DATABASE_DIRECT_URL: 'postgresql://direct/app',
      DATABASE_REPLICA_URL: 'postgresql://replica/app',
      DATABASE_REPLICA_MAX_LAG: '2',
      DATABASE_POOL_SIZE: '3',
      DATABASE_PREPARED_STATEMENTS: 'false',
      HOST: '127.0.0.1',
      BETTER_AUTH_TRUSTED_ORIGINS: 'https://app.example.com,https://*.example.org',
      LOG_LEVEL: 'trace',
      PASSWORD_HASH: 'argon2id',
      PASSWORD_BCRYPT_COST: '12',
      PASSWORD_HASH_CONCURRENCY: '2',
      PASSWORD_HASH_QUEUE: '0',
      EMAIL_AND_PASSWORD_ENABLED: 'false',
      EMAIL_AND_PASSWORD_DISABLE_SIGN_UP: 'true',
      EMAIL_AND_PASSWORD_AUTO_SIGN_IN: 'false',
      EMAIL_AND_PASSWORD_MIN_PASSWORD_LENGTH: '10',
      EMAIL_AND_PASSWORD_MAX_PASSWORD_LENGTH: '64',
      SESSION_EXPIRES_IN: '60',
      SESSION_UPDATE_AGE: '0',
      SESSION_FRESH_AGE: '0',
      SESSION_DISABLE_SESSION_REFRESH: 'true',
      ADVANCED_USE_SECURE_COOKIES: 'true',
      ADVANCED_COOKIE_PREFIX: 'gate',
      ADVANCED_DISABLE_CSRF_CHECK: 'true',
      ADVANCED_DISABLE_ORIGIN_CHECK: 'true',
      ADVANCED_IP_ADDRESS_IP_ADDRESS_HEADERS: 'cf-connecting-ip,x-real-ip',
    }),
  ).toMatchObject({
    database: {
      directUrl: 'postgresql://direct/app',
      replica: { url: 'postgresql://replica/app', maxLag: 2 },
      poolSize: 3,
      preparedStatements: false,
    },
    host: '127.0.0.1',
    trustedOrigins: ['http://localhost:3000', 'https://app.example.com', 'https://*.example.org'],
    logLevel: 'trace',
    password: { hash: 'argon2id', bcryptCost: 12, concurrency: 2, queue: 0 },
    emailAndPassword: {
      enabled: false,
      disableSignUp: true,
      autoSignIn: false,
      minPasswordLength: 10,
      maxPasswordLength: 64,
    },
    session: { expiresIn: 60, updateAge: 0, freshAge: 0, disableSessionRefresh: true },
    advanced: {
      cookiePrefix: 'gate',
      disableCSRFCheck: true,
      disableOriginCheck: true,
      ipAddress: { ipAddressHeaders: ['cf-connecting-ip', 'x-real-ip'] },
    },
    secureCookies: true,
  }));

test('versioned secrets have precedence over the plain one, which becomes the legacy secret', () => {
  const [fresh, old] = ['the fresh one that only these tests know', 'the old one that only these tests know'];
  expect(loadConfig({ ...complete, BETTER_AUTH_SECRETS: `2:${fresh},1:${old}` })).toMatchObject({
    versioned: true,
    secrets: [
      { version: 2, value: fresh },
      { version: 1, value: old },
    ],
    legacySecret: SECRET,
  });
});

test('versioned secrets need no plain secret', () =>
  expect(
    loadConfig({ DATABASE_URL: complete.DATABASE_URL, BETTER_AUTH_SECRETS: `1:${SECRET}` }).legacySecret,
  ).toBeUndefined());

describe('faults', () => {
  test('one fault is reported in one line', () =>
    expect(faultOf({ ...complete, PORT: '70000' })).toBe(
      'The configuration has a fault: PORT must be a whole number from 0 to 65535, but it is "70000".',
    ));

  test.each([
    ['a host is missing', 'postgresql://one,/app', 'a host in the list is empty'],
    [
      'the attribute is unknown',
      'postgresql://one,two/app?target_session_attrs=writable',
      'target_session_attrs is one of any, read-write, read-only, primary, standby, prefer-standby',
    ],
    ['a port is no number', 'postgresql://one:1,two:x/app', 'DATABASE_URL must be a PostgreSQL URL'],
  ])('a list of servers is refused if %s', (_what, url, message) =>
    expect(faultOf({ ...complete, DATABASE_URL: url })).toContain(message),
  );

  test('several faults are reported together', () =>
    expect(
      faultOf({
        DATABASE_URL: 'mysql://localhost/app',
        BETTER_AUTH_SECRET: 'short',
        PORT: 'eighty',
        SESION_EXPIRES_IN: '60',
      }).split('\n'),
    ).toEqual([
      'The configuration has 4 faults:',
      '  - DATABASE_URL must be a PostgreSQL URL such as postgresql://user:password@host:5432/database?sslmode=require.',
      '  - PORT must be a whole number from 0 to 65535, but it is "eighty".',
      '  - BETTER_AUTH_SECRET must be at least 32 characters long, but it has 5. Make one with: openssl rand -base64 32.',
      '  - SESION_EXPIRES_IN is not a setting. Rename it to SESSION_EXPIRES_IN.',
    ]));

  test('inspecting a StartupFault shows only the message', () =>
    expect(inspect(new StartupFault('No database.'))).toBe('No database.'));

  test('a secret and a database are always required', () => {
    expect(faultOf({})).toContain('DATABASE_URL is required');
    expect(faultOf({})).toContain('BETTER_AUTH_SECRET is required');
  });

  test('production also requires the public URL', () =>
    expect(faultOf({ NODE_ENV: 'production' }).split('\n').slice(1)).toEqual([
      '  - DATABASE_URL is required in production. Set DATABASE_URL=postgresql://user:password@host:5432/database.',
      '  - BETTER_AUTH_SECRET is required in production. Make one with: openssl rand -base64 32',
      '  - BETTER_AUTH_URL is required in production. Set BETTER_AUTH_URL=https://auth.example.com.',
    ]));

  test('production accepts an environment with all of them', () =>
    expect(loadConfig(productive)).toMatchObject({ production: true, origin: 'https://auth.example.com' }));

  test.each(['prod', 'Production', 'PRODUCTION', 'produktion'])(
    'refuses NODE_ENV=%s, because it could be meant as production',
    (value) => expect(faultOf({ ...complete, NODE_ENV: value })).toContain('NODE_ENV must be'),
  );

  test('the minimum password length must not exceed the maximum', () =>
    expect(
      faultOf({
        ...complete,
        EMAIL_AND_PASSWORD_MIN_PASSWORD_LENGTH: '20',
        EMAIL_AND_PASSWORD_MAX_PASSWORD_LENGTH: '10',
      }),
    ).toContain(
      'EMAIL_AND_PASSWORD_MIN_PASSWORD_LENGTH is 20, which is more than EMAIL_AND_PASSWORD_MAX_PASSWORD_LENGTH (10).',
    ));
});

describe('names', () => {
  test.each([
    ['SESION_EXPIRES_IN', 'SESSION_EXPIRES_IN'],
    ['BETTER_AUTH_SECERT', 'BETTER_AUTH_SECRET'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['PASSWORD_BCRYPT_COSTS', 'PASSWORD_BCRYPT_COST'],
    ['EMAIL_AND_PASSWORD_MIN_PASSWORD_LENGHT', 'EMAIL_AND_PASSWORD_MIN_PASSWORD_LENGTH'],
  ])('%s is refused as a misspelling of %s', (wrong, right) =>
    expect(faultOf({ ...complete, [wrong]: '1' })).toContain(
      `${wrong} is not a setting. Rename it to ${right}.`,
    ),
  );

  test.each([
    'PATH',
    'HOME',
    'PWD',
    'npm_config_user_agent',
    'SESSION_MANAGER',
    'HOSTNAME',
    'REPORT',
    'XPORT',
  ])('%s is ignored, because it belongs to another program', (name) =>
    expect(loadConfig({ ...complete, [name]: 'x' }).warnings).toEqual([]),
  );

  test('an option of Better Auth without effect causes a warning that does not show its value', () => {
    const { warnings } = loadConfig({ ...complete, ADVANCED_DATABASE_GENERATE_ID: 'sesame' });
    expect(warnings).toEqual([
      'ADVANCED_DATABASE_GENERATE_ID has no effect, because this server does not have this option. Remove it.',
    ]);
  });
});

describe('the configuration of database commands', () => {
  test('needs only the URL of the database', () =>
    expect(loadDatabaseConfig({ DATABASE_URL: 'postgresql://localhost/app' })).toMatchObject({
      url: 'postgresql://localhost/app',
      directUrl: 'postgresql://localhost/app',
    }));

  test('uses DATABASE_DIRECT_URL in place of a pooler', () =>
    expect(
      loadDatabaseConfig({
        DATABASE_URL: 'postgresql://pooler/app',
        DATABASE_DIRECT_URL: 'postgresql://direct/app',
      }).directUrl,
    ).toBe('postgresql://direct/app'));

  test('reports a missing or misspelt DATABASE_URL', () => {
    expect(faultOf({}, loadDatabaseConfig)).toContain('DATABASE_URL is not set');
    expect(faultOf({ DATABASE_URI: 'postgresql://localhost/app' }, loadDatabaseConfig)).toContain(
      'DATABASE_URI is not a setting. Rename it to DATABASE_URL.',
    );
  });
});

describe('names of tables', () => {
  const named = (names: Record<string, string>) => faultOf({ ...complete, ...names });

  test('are undefined if they are not set, because the database knows them', () =>
    expect(loadConfig(complete).session.modelName).toBeUndefined());

  test.each(['auth_sessions', 'AuthSessions', '_s$1', 'sitzungen_für', 's'.repeat(63)])(
    'can be %s',
    (name) => {
      expect(loadConfig({ ...complete, SESSION_MODEL_NAME: name }).session.modelName).toBe(name);
      expect(loadConfig({ ...complete, SESSION_MODEL_NAME: 'sessions' }).session.modelName).toBe('sessions');
    },
  );

  test.each(['1st', 'app.sessions', 'a b', 'a"b', 's'.repeat(64), 'ü'.repeat(32)])('cannot be %s', (name) =>
    expect(named({ SESSION_MODEL_NAME: name })).toContain('SESSION_MODEL_NAME must be a table name'),
  );

  test.each([
    [{ SESSION_MODEL_NAME: 'users' }, 'SESSION_MODEL_NAME is users, which is the table of the users.'],
    [
      { JWKS_MODEL_NAME: 'accounts' },
      'JWKS_MODEL_NAME is accounts, which is already the name of the table for accounts.',
    ],
    [
      { SESSION_MODEL_NAME: 'auth', RATE_LIMIT_MODEL_NAME: 'auth' },
      'SESSION_MODEL_NAME is auth, which is already the name of the table for rate_limits.',
    ],
  ])('cannot be that of another table: %p', (names, message) => {
    expect(named(names)).toBe(`The configuration has a fault: ${message} Choose another name.`);
    expect(faultOf(names, loadConfiguredFields)).toBe(
      `The configuration has a fault: ${message} Choose another name.`,
    );
  });

  test('can be swapped', () => {
    const swapped = { ...complete, SESSION_MODEL_NAME: 'accounts', ACCOUNT_MODEL_NAME: 'sessions' };
    expect(loadConfig(swapped).account.modelName).toBe('sessions');
  });
});

test('a secret that others know, or that serves two purposes, stops the start', () => {
  const known = { ...complete, BETTER_AUTH_SECRET: 'better-auth-secret-12345678901234567890' };
  expect(faultOf(known)).toContain('BETTER_AUTH_SECRET is a published example');
  expect(faultOf({ ...complete, LEGACY_JWT_SECRET: complete.BETTER_AUTH_SECRET })).toContain(
    'LEGACY_JWT_SECRET is the same as BETTER_AUTH_SECRET',
  );
});
