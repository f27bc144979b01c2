import type { BetterAuthOptions, BetterAuthPlugin } from '@better-auth/core';
import type { AdditionalField } from '../../config/additional-fields.js';
import type { Config } from '../../config/config.js';
import { betterAuthMapping } from '../../database/better-auth-mapping.js';
import type { Tables } from '../../database/tables.js';
import type { RowIds } from '../../database/row-ids.js';
import { inUtc, type StatementContext, type UtcPool } from './utc-pool.js';

/** The header in which the library finds the client's address, as this server derives it. */
export const CLIENT_ADDRESS = 'x-gatehouse-client-address';

export interface HostParts {
  readonly config: Config;
  readonly tables: Tables;
  readonly pool: UtcPool;
  readonly statements: StatementContext;
  readonly ids: RowIds;
  readonly log: Pick<BetterAuthOptions, 'logger' | 'onAPIError'>;
  readonly plugins: readonly BetterAuthPlugin[];
  readonly passwords: {
    hash(password: string): Promise<string>;
    verify(stored: string, password: string): Promise<boolean>;
  };
  readonly databaseHooks: BetterAuthOptions['databaseHooks'];
  readonly sendVerificationEmail: NonNullable<
    BetterAuthOptions['emailVerification']
  >['sendVerificationEmail'];
}

/** The options with which the published library does for plugins what this server does for the core. */
export function hostOptions(parts: HostParts): BetterAuthOptions {
  const { config, tables, plugins } = parts;
  const { functions } = config;
  const { trustedOrigins: findOrigins, user: { validateUserInfo } = {} } = functions;
  const { onPasswordReset } = functions.emailAndPassword ?? {};
  const { beforeEmailVerification, afterEmailVerification } = functions.emailVerification ?? {};
  const mapping = betterAuthMapping(tables);
  return {
    baseURL: config.origin,
    ...secretsOf(config),
    database: inUtc(parts.pool, parts.statements),
    telemetry: { enabled: false },
    // The server has already counted the request.
    rateLimit: { enabled: false },
    trustedOrigins: findOrigins
      ? async (request) => [...config.trustedOrigins, ...(await findOrigins(request))]
      : [...config.trustedOrigins],
    ...parts.log,
    emailAndPassword: {
      ...config.emailAndPassword,
      ...(onPasswordReset ? { onPasswordReset } : {}),
      password: {
        hash: (password) => parts.passwords.hash(password),
        verify: ({ hash, password }) => parts.passwords.verify(hash, password),
      },
    },
    emailVerification: {
      ...config.emailVerification,
      ...(beforeEmailVerification ? { beforeEmailVerification } : {}),
      ...(afterEmailVerification ? { afterEmailVerification } : {}),
      sendVerificationEmail: parts.sendVerificationEmail,
    },
    user: {
      ...(validateUserInfo ? { validateUserInfo } : {}),
      ...mapping.user,
      additionalFields: declared(ownFields(config, 'user')),
    },
    session: {
      ...config.session,
      // This server renews the session data cookie itself.
      cookieCache: { ...config.session.cookieCache, ...functions.session?.cookieCache, refreshCache: false },
      ...mapping.session,
      additionalFields: declared(ownFields(config, 'session')),
    },
    account: accountOptions(config, mapping.account),
    verification: { ...config.verification, ...functions.verification, ...mapping.verification },
    advanced: advancedOptions(parts),
    databaseHooks: parts.databaseHooks,
    plugins: [...plugins],
  };
}

function secretsOf({ versioned, secrets, legacySecret }: Config) {
  const [current] = secrets;
  return versioned
    ? { secrets: secrets.map((secret) => ({ ...secret })), secret: legacySecret }
    : { secret: current?.value };
}

function accountOptions(
  { account, functions }: Config,
  mapping: BetterAuthOptions['account'],
): BetterAuthOptions['account'] {
  const { accountLinking, ...own } = account;
  const find = functions.account?.accountLinking?.trustedProviders;
  const always = accountLinking.trustedProviders;
  const trustedProviders = find
    ? async (request?: Request) => [...always, ...(await find(request))]
    : [...always];
  return { ...own, accountLinking: { ...accountLinking, trustedProviders }, ...mapping };
}

const OUR_TABLES: Readonly<Record<string, string>> = {
  user: 'users',
  session: 'sessions',
  account: 'accounts',
  verification: 'verifications',
};

/** The table whose ids are of the same kind as those in the tables of plugins. */
const PLUGIN_LIKE = 'accounts';

/** Characters of the library's own ids, which are like this server's. */
const USUAL_LENGTH = 32;

/** True if the library's own ids fit. It then also trusts that nobody can guess them. */
const hasUsualIds = (ids: RowIds) =>
  !ids.generateId &&
  Object.values(OUR_TABLES).every((table) => ids.unlessDefault(table)?.length === USUAL_LENGTH);

function advancedOptions({ config, ids }: HostParts): BetterAuthOptions['advanced'] {
  const { advanced, secureCookies } = config;
  return {
    useSecureCookies: secureCookies,
    cookiePrefix: advanced.cookiePrefix,
    crossSubDomainCookies: { ...advanced.crossSubDomainCookies },
    defaultCookieAttributes: { ...advanced.defaultCookieAttributes },
    cookies: { ...advanced.cookies } as NonNullable<BetterAuthOptions['advanced']>['cookies'],
    disableCSRFCheck: advanced.disableCSRFCheck ?? advanced.disableOriginCheck === true,
    // The library also takes a list of paths, which its type does not say.
    disableOriginCheck: advanced.disableOriginCheck as boolean,
    skipTrailingSlashes: advanced.skipTrailingSlashes,
    ipAddress: {
      ipAddressHeaders: [CLIENT_ADDRESS],
      disableIpTracking: advanced.ipAddress.disableIpTracking,
      ipv6Subnet: 128,
    },
    database: {
      defaultFindManyLimit: advanced.database.defaultFindManyLimit,
      ...(hasUsualIds(ids)
        ? {}
        : {
            generateId: (asked) => ids.unlessDefault(OUR_TABLES[asked.model] ?? PLUGIN_LIKE, asked) ?? false,
          }),
    },
  };
}

/** The fields that the configuration adds, without those of plugins. */
function ownFields({ user, session, plugins }: Config, table: 'user' | 'session'): AdditionalField[] {
  const fields = table === 'user' ? user.additionalFields : session.additionalFields;
  return fields.filter(({ name }) => !plugins?.[table].some((field) => field.name === name));
}

type Declared = NonNullable<NonNullable<BetterAuthOptions['user']>['additionalFields']>;

function declared(fields: readonly AdditionalField[]): Declared {
  return Object.fromEntries(
    fields.map(({ name, column, type, ...field }) => [
      name,
      {
        required: field.required,
        defaultValue: field.defaultValue,
        onUpdate: field.onUpdate,
        input: field.input,
        returned: field.returned,
        unique: field.unique,
        bigint: field.bigint,
        type,
        fieldName: column,
        transform: field.transform,
        validator: field.validator,
      },
    ]),
  ) as Declared;
}
