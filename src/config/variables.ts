import { AUDIT_VARIABLES } from './audit-variables.js';
import { DATABASE_VARIABLES } from './database-variables.js';
import { MIGRATION_VARIABLES } from './migration-variables.js';
import { PASSWORD_VARIABLES } from './password-variables.js';
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
  publicUrl,
  redisUrl,
  seconds,
  secret,
  text,
  versionedSecrets,
  webUrl,
  type Parser,
} from './values.js';
import { WEBHOOK_VARIABLES } from './webhook-settings.js';
import { variable, type Variable } from './variable.js';

/** The variables that are not options of Better Auth. */
export const VARIABLES = {
  NODE_ENV: variable(
    nodeEnvironment,
    'with `production` the server generates no secret, starts no embedded PostgreSQL, serves no documentation and logs no mail',
  ),
  ...DATABASE_VARIABLES,
  REQUEST_DEADLINE: variable(
    seconds(1, 600),
    'seconds after which a request is answered with 503, whatever it waits for',
    '10',
  ),
  SHUTDOWN_TIMEOUT: variable(
    seconds(0, 600),
    'seconds after SIGTERM for the requests in flight; then their connections are closed',
    '15',
  ),
  HOST: variable(text, 'address to listen on', '0.0.0.0, which is every address; `npm start`: 127.0.0.1'),
  PORT: variable(integer(0, 65535), 'port to listen on', '3000'),
  BODY_LIMIT: variable(
    integer(1024, 100_000_000, 'bytes'),
    'bytes that a request body may have; routes that need little accept at most 32,768',
    '2097152',
  ),
  HEADERS_TIMEOUT: variable(
    seconds(1, 600),
    'seconds in which a client must send all headers of a request; then the server answers 408',
    '15',
  ),
  REQUEST_TIMEOUT: variable(
    seconds(1, 3600),
    'seconds in which a client must send a whole request; then the server answers 408',
    '30',
  ),
  KEEP_ALIVE_TIMEOUT: variable(
    seconds(1, 3600),
    'seconds after which an idle connection is closed; a proxy in front must close its own earlier',
    '72',
  ),
  MAX_CONNECTIONS: variable(
    integer(1, 1_000_000),
    'open connections to this process; it closes further ones at once',
    '10000',
  ),
  CONNECTIONS_PER_CLIENT: variable(
    integer(1, 1_000_000),
    'the same for one IP address, or one IPv6 network of 64 bits; proxies in `ADVANCED_IP_ADDRESS_TRUSTED_PROXIES` have no limit',
    '1000',
  ),
  BETTER_AUTH_URL: variable(
    publicUrl,
    'public base URL, such as `https://auth.example.com`; required in production',
    'http://localhost:PORT',
  ),
  BETTER_AUTH_SECRET: variable(
    secret,
    'at least 32 characters, required in production',
    'generated into `.data/`, not in production',
  ),
  BETTER_AUTH_SECRETS: variable(
    versionedSecrets,
    'versioned secrets for rotation, such as `2:new,1:old`; the first is the current one',
  ),
  BETTER_AUTH_TRUSTED_ORIGINS: variable(
    list,
    'origins that may call the server, separated by commas; wildcards as in Better Auth',
  ),
  SMTP_URL: variable(
    mailUrl,
    'mail server',
    'mails are written to the log; none is sent in production or with a public https address',
  ),
  MAIL_FROM: variable(mailbox, 'sender of mails', '`no-reply@` and the host of the base URL'),
  MAIL_TEMPLATES: variable(text, 'folder with your own mail texts'),
  PREREGISTRATION_PROTECTION: variable(
    oneOf('none', 'without-links', 'all'),
    'when somebody proves an address for the first time, the account loses what was set before: password, sessions, linked accounts; `without-links` not by opening a verification link',
    'none; strict: all',
  ),
  OWNER_NOTICES: variable(
    flag,
    'true mails the owner of an account when the password or the e-mail changes, a provider is linked or a new device signs in',
    'false; strict: true',
  ),
  OWNER_NOTICES_OFF: variable(
    list,
    'kinds of these mails that are not sent, such as `new-device,account-linked`',
    'none',
  ),
  REDIS_URL: variable(redisUrl, 'Redis that counts requests for the rate limits of all instances together'),
  PLUGINS: variable(
    text,
    'plugins of Better Auth: a list such as `admin,two-factor`, or the path of a module that exports Better Auth’s `plugins` array',
  ),
  TWO_FACTOR_REQUIRED: variable(
    oneOf('after-password', 'all'),
    'all asks users who have switched a second factor on for it after every sign-in: also at a provider, by a mailed link or by a mailed code',
    'after-password',
  ),
  EXTENSIONS: variable(
    text,
    'paths of modules with code of your own, such as `./my-feature.js` (src/assembly/extensions.md)',
  ),
  SMS_WEBHOOK_URL: variable(
    webUrl,
    'URL that the text messages of plugins are posted to',
    'they are written to the log; in production none is sent',
  ),
  OIDC_PROVIDERS: variable(
    oidcProviders,
    'JSON array of OpenID Connect and OAuth 2 providers, with the option names of Better Auth’s generic OAuth plugin',
  ),
  PROVIDER_TIMEOUT: variable(
    seconds(1, 60),
    'seconds that the server waits for an answer of a provider',
    '8',
  ),
  SECURITY_PROFILE: variable(
    oneOf('compatible', 'strict'),
    '`compatible` keeps the defaults of Better Auth; `strict` turns on every protection that differs from them; ' +
      '`npm start` writes `strict` into a new `.env`',
    'compatible',
  ),
  DOCS_ENABLED: variable(
    flag,
    'serve Swagger UI and the OpenAPI document at `/docs`',
    'true; in production false',
  ),
  METRICS_ENABLED: variable(flag, 'serve `/metrics`', 'true; in production false'),
  METRICS_PORT: variable(
    integer(1, 65535),
    'port that serves `/metrics` and `/health`, whatever `METRICS_ENABLED` says; `PORT` then serves neither',
  ),
  LOG_LEVEL: variable(
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'lowest level that is logged',
    'info',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(
    webUrl,
    'OpenTelemetry collector, such as `http://localhost:4318`, that gets traces and metrics as OTLP over HTTP; the other `OTEL_…` variables work as OpenTelemetry describes them',
  ),
  OTEL_SDK_DISABLED: variable(flag, 'true sends nothing to the collector', 'false'),
  OTEL_TRACES_EXPORTER: variable(oneOf('otlp', 'none'), '`none` sends no traces', 'otlp'),
  OTEL_METRICS_EXPORTER: variable(oneOf('otlp', 'none'), '`none` sends no metrics', 'otlp'),
  OTEL_METRIC_EXPORT_INTERVAL: variable(
    integer(100, 3_600_000),
    'milliseconds between two exports of the metrics',
    '60000',
  ),
  SESSION_CACHE: variable(
    flag,
    'true caches sessions in the process; a revocation by any instance takes effect within 100 ms',
    'false',
  ),
  SESSION_CACHE_SIZE: variable(
    integer(1, 10_000_000),
    'most sessions in the cache, about 4 KB of memory each, and at most 20 KB',
    '5000',
  ),
  SESSION_MAX_PER_USER: variable(
    integer(0, 100_000),
    'most sessions of one user; a further sign-in ends the oldest; 0 for no limit',
    '0; strict: 20',
  ),
  SESSION_ABSOLUTE_LIFETIME: variable(
    seconds(0),
    'seconds after the sign-in at which a session ends, however often it is used; 0 for no limit',
    '0; strict: 2592000',
  ),
  SESSION_IDLE_LIFETIME: variable(
    seconds(0),
    'seconds without a request after which a session ends, at most a tenth early; 0 for no limit',
    '0; strict: 259200',
  ),
  ...AUDIT_VARIABLES,
  ...WEBHOOK_VARIABLES,
  ...PASSWORD_VARIABLES,
  ...MIGRATION_VARIABLES,
  LEGACY_JWT_SECRET: variable(text, 'secret of the legacy application’s HS256, HS384 or HS512 JWTs'),
  LEGACY_JWT_JWKS_URL: variable(
    webUrl,
    'URL of the key set for the legacy application’s RS256 or ES256 JWTs',
  ),
  LEGACY_JWT_SUBJECT_CLAIM: variable(text, 'claim with the user’s id in legacy JWTs', 'sub'),
  LEGACY_JWT_EMAIL_CLAIM: variable(text, 'claim with the e-mail address, for legacy JWTs without an id'),
  LEGACY_JWT_TYPES: variable(
    list,
    'further values that the claims `type`, `typ`, `use`, `purpose` and `scope` of legacy JWTs may have; values such as `access` and `bearer` are known, others are refused',
  ),
  LEGACY_JWT_ISSUER: variable(text, '`iss` that legacy JWTs must have'),
  LEGACY_JWT_AUDIENCE: variable(
    text,
    '`aud` that legacy JWTs must have; if this is not set, a JWT with `aud` is refused',
  ),
} satisfies Record<string, Variable<unknown>>;

export type VariableName = keyof typeof VARIABLES;

/** The parser of each variable, by name. */
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

/**
 * The variables of Better Auth's options begin with these texts. The server warns of an unknown variable that begins so.
 */
export function optionPrefixes(tables: readonly AnyOptionTable[]): string[] {
  const paths = tables.flatMap(({ rows }) => Object.keys(rows)).filter((path) => path.includes('.'));
  const prefixes = paths.map((path) => `${variableOf(path.slice(0, path.indexOf('.')))}_`);
  return [...new Set(['BETTER_AUTH_', ...prefixes])];
}

/** Variables that other programs set on many machines. They look like options, but are none. */
export const FOREIGN = new Set(['BETTER_AUTH_TELEMETRY', 'SESSION_MANAGER', 'SESSION_ID', 'USER_ID']);
