import { legacyPasswordFaults } from '../crypto/password/legacy-password.js';
import { StartupFault } from '../errors/startup-fault.js';
import { databaseFrom, databaseWarnings, type DatabaseConfig } from './database-config.js';
import type { Environment } from './environment.js';
import type { Extension } from './extensions.js';
import { exposureFrom, exposureWarnings, type Exposure } from './exposure.js';
import type { ContributedCookie } from './contributed-cookie.js';
import type { Contributions } from './contributions.js';
import type { FeatureOptions } from './option-table.js';
import { fieldsFrom, withPluginFields, type ConfiguredFields } from './configured-fields.js';
import { cookieFaults } from './cookie-faults.js';
import { describeFaults } from './describe-faults.js';
import { legacyJwtFrom, type LegacyJwtConfig } from './legacy-jwt-config.js';
import { limitsFrom, type Limits } from './limits.js';
import { coreOptions, type Options } from './options.js';
import { TABLE_NAME_VARIABLES, tableNameFaults, tableNamesFrom, tableNamesIn } from './table-names.js';
import { sessionLimitsFrom, type SessionLimits } from './session-limits.js';
import { lockoutFrom, passwordsFrom, type LockoutConfig, type PasswordConfig } from './password-settings.js';
import { secretFaults } from './secret-faults.js';
import type { OidcProvider } from './oidc-providers.js';
import { telemetryFrom, type TelemetryConfig } from './telemetry-settings.js';
import { parseAll } from './parse-variables.js';
import { ineffective } from './ineffective.js';
import { functionFaults, withCode, withFunctions, type ModuleFunctions } from './plugins/module-options.js';
import { loadPlugins, namedPlugins, type HostedPlugins } from './plugins/load-plugins.js';
import { socialProvidersIn, type SocialProviders } from './social-providers.js';
import { FOREIGN, VARIABLES, knownVariables, optionPrefixes, type VariableName } from './variables.js';
import { webhookFaults, webhooksFrom, type WebhookConfig } from './webhook-settings.js';
import type { Mailbox, VersionedSecret } from './values.js';

export const BASE_PATH = '/api/auth';

/**
 * Gatehouse's own settings, and Better Auth's options, which are nested as in Better Auth. A feature reads its own
 * options with `OptionTable.of`.
 */
export interface Config extends Options, FeatureOptions, Exposure {
  readonly production: boolean;
  readonly nodeEnv: string | undefined;
  readonly database: DatabaseConfig;
  readonly host: string;
  readonly port: number;
  readonly limits: Limits;
  /** Origin of the public base URL, without the base path. */
  readonly origin: string;
  /** The first secret is the current one: it signs and encrypts. */
  readonly secrets: readonly VersionedSecret[];
  /** True if `BETTER_AUTH_SECRETS` is set. Then new ciphertexts name the version of their secret. */
  readonly versioned: boolean;
  /** `BETTER_AUTH_SECRET`. If `BETTER_AUTH_SECRETS` is set too, this one only opens what was made before that. */
  readonly legacySecret: string | undefined;
  readonly trustedOrigins: readonly string[];
  readonly secureCookies: boolean;
  /** True under `SECURITY_PROFILE=strict`. */
  readonly strict: boolean;
  readonly logLevel: string;
  /** If undefined, mails are written to the log (`mailsInLog`), or none is sent. */
  readonly smtpUrl: string | undefined;
  readonly mailFrom: Mailbox;
  /** Folder of the operator's mail texts, which replace the built-in ones. */
  readonly mailTemplates: string | undefined;
  /** Which proofs of an address take away what was set before them (src/accounts/protocol.md, "Pre-registered accounts"). */
  readonly preRegistration: 'none' | 'without-links' | 'all';
  /** Mails to the owner about changes of the account. `off` names the kinds that are not sent. */
  readonly ownerNotices: { readonly enabled: boolean; readonly off: readonly string[] };
  readonly redisUrl: string | undefined;
  /** Options of Better Auth's built-in providers, by provider id. An unknown id comes from another program's variable. */
  readonly socialProviders: SocialProviders;
  readonly oidcProviders: readonly OidcProvider[];
  /** Seconds after which every request is answered, whatever it waits for. */
  readonly requestDeadline: number;
  /** Seconds that requests in flight have when the server stops. */
  readonly shutdownTimeout: number;
  /** Seconds that the server waits for an answer of a provider. */
  readonly providerTimeout: number;
  /** The cache of sessions in this process. `size` is the number of sessions that it holds at most. */
  readonly sessionCache: { readonly enabled: boolean; readonly size: number };
  readonly sessionLimits: SessionLimits;
  readonly password: PasswordConfig;
  /** Undefined if nothing is sent with OpenTelemetry. */
  readonly telemetry: TelemetryConfig | undefined;
  readonly lockout: LockoutConfig;
  /** The audit trail of what this server does. */
  readonly audit: { readonly enabled: boolean };
  /** Undefined if no events are sent. */
  readonly webhooks: WebhookConfig | undefined;
  readonly legacyJwt: LegacyJwtConfig;
  /** The modules that `EXTENSIONS` names. */
  readonly extensions: readonly Extension[];
  /** Undefined if `PLUGINS` is not set. */
  readonly plugins: HostedPlugins | undefined;
  /** Better Auth's options that are functions, from the module in `PLUGINS`. */
  readonly functions: ModuleFunctions;
  /** If undefined, text messages are written to the log. In production none is sent then. */
  readonly smsWebhookUrl: string | undefined;
  /** The cookies of features. */
  readonly cookies: readonly ContributedCookie[];
  /** The server logs these warnings about its settings when it starts. */
  readonly warnings: readonly string[];
}

/** The variables without those of features, for programs that read only a few of them. */
export const CORE = knownVariables([coreOptions]);

const DATABASE_EXAMPLE = 'DATABASE_URL=postgresql://user:password@host:5432/database';

type Values = { [Name in VariableName]?: ReturnType<(typeof VARIABLES)[Name]['parse']> };

/** @throws {StartupFault} whose message lists all faults. */
export function loadConfig(
  environment: Environment,
  { optionTables, cookies, extensions }: Contributions,
): Config {
  const faults: string[] = [];
  const tables = [coreOptions, ...optionTables, ...namedPlugins(environment).map((plugin) => plugin.options)];
  const known = knownVariables(tables);
  const parsed = parseAll(environment, known, [...known.keys()], faults);
  const values = Object.fromEntries(parsed) as Values;
  const options = coreOptions.nest(parsed);
  const settings = settingsFrom(values, options);
  const socialProviders = socialProvidersIn(environment, faults);
  const plugins = loadPlugins(environment, parsed, faults);
  const functions = plugins?.functions ?? {};
  faults.push(
    ...missing(environment, values),
    ...contradictions(options, values),
    ...secretFaults(values),
    ...webhookFaults(values, environment),
    ...(values.LEGACY_PASSWORD_FORMAT || !environment['LEGACY_PASSWORD_FORMAT']
      ? legacyPasswordFaults(environment)
      : []),
    ...tableNameFaults(tableNamesIn(options)),
    ...cookieFaults(options, cookies),
    ...functionFaults(functions, options, socialProviders),
  );
  if (faults.length > 0) throw new StartupFault(describeFaults(faults));
  return Object.freeze({
    ...options,
    user: withPluginFields(withCode(options.user, functions.user?.additionalFields), plugins?.user),
    session: withPluginFields(
      withCode(options.session, functions.session?.additionalFields),
      plugins?.session,
    ),
    plugins,
    functions,
    extensions,
    ...settings,
    password: { ...settings.password, functions: functions.emailAndPassword?.password },
    telemetry: telemetryFrom(values, environment),
    featureOptions: new Map(optionTables.map((table) => [table, table.nest(parsed)])),
    cookies,
    socialProviders: withFunctions(socialProviders, functions.socialProviders),
    warnings: [
      ...exposureWarnings(values, settings.origin),
      ...databaseWarnings(settings.database),
      ...ineffective(
        environment,
        new Set([...known.keys(), ...FOREIGN, ...(plugins?.schemaVariables ?? [])]),
        optionPrefixes(tables),
      ),
    ],
  });
}

function settingsFrom(
  values: Values,
  options: Options,
): Omit<
  Config,
  | keyof Options
  | keyof FeatureOptions
  | 'cookies'
  | 'extensions'
  | 'functions'
  | 'plugins'
  | 'socialProviders'
  | 'telemetry'
  | 'warnings'
> {
  const port = values.PORT ?? 3000;
  const origin = values.BETTER_AUTH_URL ?? `http://localhost:${port}`;
  return {
    production: values.NODE_ENV === 'production',
    nodeEnv: values.NODE_ENV,
    database: databaseFrom(values),
    host: values.HOST ?? '0.0.0.0',
    port,
    limits: limitsFrom(values),
    origin,
    secrets: values.BETTER_AUTH_SECRETS ?? [{ version: 0, value: values.BETTER_AUTH_SECRET ?? '' }],
    versioned: values.BETTER_AUTH_SECRETS !== undefined,
    legacySecret: values.BETTER_AUTH_SECRET,
    trustedOrigins: [origin, ...(values.BETTER_AUTH_TRUSTED_ORIGINS ?? [])],
    secureCookies: options.advanced.useSecureCookies ?? origin.startsWith('https://'),
    strict: values.SECURITY_PROFILE === 'strict',
    ...exposureFrom(values, origin),
    logLevel: values.LOG_LEVEL ?? 'info',
    smtpUrl: values.SMTP_URL,
    mailFrom: values.MAIL_FROM ?? { name: '', address: `no-reply@${new URL(origin).hostname}` },
    mailTemplates: values.MAIL_TEMPLATES,
    preRegistration:
      values.PREREGISTRATION_PROTECTION ?? (values.SECURITY_PROFILE === 'strict' ? 'all' : 'none'),
    ownerNotices: {
      enabled: values.OWNER_NOTICES ?? values.SECURITY_PROFILE === 'strict',
      off: values.OWNER_NOTICES_OFF ?? [],
    },
    redisUrl: values.REDIS_URL,
    smsWebhookUrl: values.SMS_WEBHOOK_URL,
    oidcProviders: values.OIDC_PROVIDERS ?? [],
    requestDeadline: values.REQUEST_DEADLINE ?? 10,
    shutdownTimeout: values.SHUTDOWN_TIMEOUT ?? 15,
    providerTimeout: values.PROVIDER_TIMEOUT ?? 8,
    sessionCache: { enabled: values.SESSION_CACHE ?? false, size: values.SESSION_CACHE_SIZE ?? 5000 },
    sessionLimits: sessionLimitsFrom(values),
    password: passwordsFrom(values),
    audit: { enabled: values.AUDIT ?? true },
    webhooks: webhooksFrom(values),
    lockout: lockoutFrom(values, options.advanced.ipAddress.disableIpTracking),
    legacyJwt: legacyJwtFrom(values),
  };
}

/**
 * Reads only the settings of the database, for the TypeORM CLI and the checks.
 * @throws {StartupFault} if the URL is missing or malformed.
 */
export function loadDatabaseConfig(environment: Environment): DatabaseConfig {
  const faults: string[] = [];
  const values = Object.fromEntries(parseAll(environment, CORE, DATABASE_NAMES, faults)) as Values;
  faults.push(...withoutDatabase(environment, faults));
  if (faults.length > 0) throw new StartupFault(describeFaults(faults));
  return databaseFrom(values);
}

export const DATABASE_NAMES = Object.keys(VARIABLES).filter((name) => name.startsWith('DATABASE_'));
export const FIELD_NAMES = ['USER_ADDITIONAL_FIELDS', 'SESSION_ADDITIONAL_FIELDS'];
export const TABLE_NAMES: readonly string[] = Object.values(TABLE_NAME_VARIABLES);

export function withoutDatabase(environment: Environment, faults: readonly string[]): string[] {
  if (environment['DATABASE_URL'] || faults.some((fault) => fault.includes('DATABASE_'))) return [];
  return [`DATABASE_URL is not set. Set it to the PostgreSQL database to work on: ${DATABASE_EXAMPLE}`];
}

/**
 * Reads only the settings that the tables depend on.
 * @throws {StartupFault} if a variable is malformed.
 */
export function loadConfiguredFields(environment: Environment): ConfiguredFields {
  const faults: string[] = [];
  const values = parseAll(environment, CORE, [...FIELD_NAMES, ...TABLE_NAMES], faults);
  faults.push(...tableNameFaults(tableNamesFrom(values)));
  const fields = fieldsFrom(environment, values, faults);
  if (faults.length > 0) throw new StartupFault(describeFaults(faults));
  return fields;
}

function missing(environment: Environment, { NODE_ENV }: Values): string[] {
  const production = NODE_ENV === 'production';
  const faults: string[] = [];
  const require = (name: VariableName, how: string) => {
    if (!environment[name]) faults.push(`${name} is required${production ? ' in production' : ''}. ${how}`);
  };
  const orStart = production ? '' : ', or run npm start, which starts a PostgreSQL of its own';
  require('DATABASE_URL', `Set ${DATABASE_EXAMPLE}${orStart}.`);
  if (!environment['BETTER_AUTH_SECRETS']) {
    require('BETTER_AUTH_SECRET', 'Make one with: openssl rand -base64 32');
  }
  if (production) require('BETTER_AUTH_URL', 'Set BETTER_AUTH_URL=https://auth.example.com.');
  return faults;
}

function contradictions(
  { emailAndPassword, rateLimit }: Options,
  { REDIS_URL, PORT = 3000, METRICS_PORT }: Values,
): string[] {
  const faults: string[] = [];
  if (emailAndPassword.minPasswordLength > emailAndPassword.maxPasswordLength) {
    const { minPasswordLength, maxPasswordLength } = emailAndPassword;
    faults.push(
      `EMAIL_AND_PASSWORD_MIN_PASSWORD_LENGTH is ${minPasswordLength}, which is more than ` +
        `EMAIL_AND_PASSWORD_MAX_PASSWORD_LENGTH (${maxPasswordLength}). Lower the first or raise the second.`,
    );
  }
  if (rateLimit.storage === 'secondary-storage' && !REDIS_URL) {
    faults.push(
      'RATE_LIMIT_STORAGE is secondary-storage, but REDIS_URL is not set. Set it, or set RATE_LIMIT_STORAGE=database.',
    );
  }
  if (METRICS_PORT === PORT) {
    faults.push(`METRICS_PORT and PORT are both ${PORT}. Set METRICS_PORT to another port.`);
  }
  return faults;
}
