import { oidcProviders } from './oidc-providers.js';
import { variableOf, type AnyOptionTable } from './option-table.js';
import {
  flag,
  integer,
  list,
  mailUrl,
  mailbox,
  nodeEnvironment,
  oneOf,
  postgresUrl,
  publicUrl,
  redisUrl,
  seconds,
  secret,
  text,
  versionedSecrets,
  webUrl,
  type Parser,
} from './values.js';

export interface Variable<T> {
  readonly parse: Parser<T>;
  /** One line for the reference in the README. */
  readonly about: string;
  /** As a person would write it; the real default is in `config.ts` where it depends on other variables. */
  readonly fallback?: string;
}

const variable = <T>(parse: Parser<T>, about: string, fallback?: string): Variable<T> => ({
  parse,
  about,
  fallback,
});

/** The variables that are no options of Better Auth. */
export const VARIABLES = {
  NODE_ENV: variable(
    nodeEnvironment,
    '`production` turns the conveniences off: no generated secret, no embedded PostgreSQL',
  ),
  DATABASE_URL: variable(postgresUrl, 'PostgreSQL 14 to 18', 'embedded PostgreSQL, not in production'),
  DATABASE_DIRECT_URL: variable(
    postgresUrl,
    'URL past a connection pooler, for migrations and `SESSION_CACHE`',
    '`DATABASE_URL`',
  ),
  DATABASE_POOL_SIZE: variable(integer(1, 1000), 'connections this process may hold', '10'),
  DATABASE_PREPARED_STATEMENTS: variable(
    flag,
    'false behind a transaction pooler that cannot keep prepared statements',
    'true',
  ),
  HOST: variable(text, 'address to listen on', '0.0.0.0'),
  PORT: variable(integer(0, 65535), 'port to listen on', '3000'),
  BETTER_AUTH_URL: variable(publicUrl, 'public base URL, required in production', 'http://localhost:PORT'),
  BETTER_AUTH_SECRET: variable(
    secret,
    'at least 32 characters, required in production',
    'generated into `.data/`, not in production',
  ),
  BETTER_AUTH_SECRETS: variable(
    versionedSecrets,
    'versioned secrets for rotation, `2:new,1:old`, first is current',
  ),
  BETTER_AUTH_TRUSTED_ORIGINS: variable(list, 'comma list of origins, wildcards as in Better Auth'),
  SMTP_URL: variable(mailUrl, 'mail server', 'mails are written to the log, not in production'),
  MAIL_FROM: variable(mailbox, 'sender of mails', 'no-reply@ the base URL’s host'),
  MAIL_TEMPLATES: variable(text, 'folder with mail texts of your own'),
  REDIS_URL: variable(redisUrl, 'shared rate-limit store for several instances'),
  OIDC_PROVIDERS: variable(
    oidcProviders,
    'JSON array of OpenID Connect and OAuth 2 providers, in the names of Better Auth’s generic OAuth',
  ),
  PROVIDER_TIMEOUT: variable(seconds(1, 60), 'seconds that a provider may take to answer', '8'),
  LOG_LEVEL: variable(
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'least level that is logged',
    'info',
  ),
  SESSION_CACHE: variable(
    flag,
    'true: sessions are cached in the process, and a revocation anywhere takes effect within 100 ms',
    'false',
  ),
  SESSION_CACHE_SIZE: variable(
    integer(1, 10_000_000),
    'sessions the cache holds, 4 KB of memory each',
    '5000',
  ),
  PASSWORD_HASH: variable(
    oneOf('bcrypt', 'argon2id', 'scrypt'),
    'format of new hashes; `scrypt` is Better Auth’s own, for a `better-auth` beside it without a custom `verify`',
    'bcrypt',
  ),
  PASSWORD_BCRYPT_COST: variable(integer(10, 16), 'logarithm of the rounds', '11'),
  PASSWORD_HASH_CONCURRENCY: variable(integer(1, 64), 'hashes computed at once', 'processors, at most 4'),
  PASSWORD_HASH_QUEUE: variable(
    integer(0, 100_000),
    'hashes that may wait before sign-in answers 503',
    '256',
  ),
  LEGACY_USERS_TABLE: variable(text, 'table that becomes `users`; `none`: a table `user` is not touched'),
  LEGACY_SESSIONS_TABLE: variable(text, 'table that becomes `sessions`, or `none`'),
  LEGACY_ACCOUNTS_TABLE: variable(text, 'table that becomes `accounts`, or `none`'),
  LEGACY_VERIFICATIONS_TABLE: variable(text, 'table that becomes `verifications`, or `none`'),
  LEGACY_ID_COLUMN: variable(text, 'column that becomes `users.id`'),
  LEGACY_EMAIL_COLUMN: variable(text, 'column that becomes `users.email`'),
  LEGACY_CREATED_AT_COLUMN: variable(text, 'column that becomes `users.created_at`'),
  LEGACY_UPDATED_AT_COLUMN: variable(text, 'column that becomes `users.updated_at`'),
  LEGACY_PASSWORD_COLUMN: variable(text, 'column the migrations take passwords from'),
  LEGACY_NAME_COLUMN: variable(text, 'column the migrations take names from'),
  LEGACY_VERIFIED_COLUMN: variable(text, 'column that says whether the e-mail is verified'),
  LEGACY_IMAGE_COLUMN: variable(text, 'column the migrations take pictures from'),
  LEGACY_ACTIVE_COLUMN: variable(text, 'column that says whether the user may sign in'),
  LEGACY_JWT_SECRET: variable(text, 'secret of the legacy application’s HS256 JWTs'),
  LEGACY_JWT_JWKS_URL: variable(webUrl, 'where the keys of its RS256 or ES256 JWTs are'),
  LEGACY_JWT_SUBJECT_CLAIM: variable(text, 'claim that holds the user’s id', 'sub'),
  LEGACY_JWT_EMAIL_CLAIM: variable(text, 'claim that holds the e-mail, where a JWT has no id'),
  LEGACY_JWT_ISSUER: variable(text, '`iss` that its JWTs must have'),
  LEGACY_JWT_AUDIENCE: variable(
    text,
    '`aud` that its JWTs must have; without it a JWT that has one is refused',
  ),
} satisfies Record<string, Variable<unknown>>;

export type VariableName = keyof typeof VARIABLES;

/** How each variable is read, by name. */
export type KnownVariables = ReadonlyMap<string, Parser<unknown>>;

/** @throws {Error} if two tables have an option of the same name. */
export function knownVariables(tables: readonly AnyOptionTable[]): KnownVariables {
  const known = new Map<string, Parser<unknown>>(
    Object.entries(VARIABLES).map(([name, { parse }]) => [name, parse] as const),
  );
  for (const [path, { parse }] of tables.flatMap(({ rows }) => Object.entries(rows))) {
    if (known.has(variableOf(path))) throw new Error(`The option ${path} is declared twice.`);
    known.set(variableOf(path), parse);
  }
  return known;
}

/** Options of Better Auth begin so. One that is not known has no effect here, and the start says so. */
export function optionPrefixes(tables: readonly AnyOptionTable[]): string[] {
  const paths = tables.flatMap(({ rows }) => Object.keys(rows)).filter((path) => path.includes('.'));
  const prefixes = paths.map((path) => `${variableOf(path.slice(0, path.indexOf('.')))}_`);
  return [...new Set(['BETTER_AUTH_', ...prefixes])];
}

/** Set by others on many machines, and no options. */
export const FOREIGN = new Set(['BETTER_AUTH_TELEMETRY', 'SESSION_MANAGER', 'SESSION_ID', 'USER_ID']);
