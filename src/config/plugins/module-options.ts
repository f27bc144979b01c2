import type { BetterAuthOptions, BetterAuthPlugin, GenerateIdFn } from '@better-auth/core';
import {
  withFunctions as withFieldFunctions,
  type AdditionalField,
  type FieldFunctions,
} from '../additional-fields.js';
import type { SocialProviders } from '../social-providers.js';
import type { Options } from '../options.js';
import { variableOf } from '../option-table.js';

type EmailAndPassword = NonNullable<BetterAuthOptions['emailAndPassword']>;
type EmailVerification = NonNullable<BetterAuthOptions['emailVerification']>;
type UserOptions = NonNullable<BetterAuthOptions['user']>;
type RateLimit = NonNullable<BetterAuthOptions['rateLimit']>;
type ChangeEmail = NonNullable<UserOptions['changeEmail']>;
type DeleteUser = NonNullable<UserOptions['deleteUser']>;
type DatabaseHooks = NonNullable<BetterAuthOptions['databaseHooks']>;

type CookieCache = NonNullable<NonNullable<BetterAuthOptions['session']>['cookieCache']>;
type CookieVersion = Exclude<CookieCache['version'], string | undefined>;

/** Functions of built-in providers, such as `mapProfileToUser`, by provider id. */
export type ProviderFunctions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

type Function = (...parameters: never[]) => unknown;
type AccountLinking = NonNullable<NonNullable<BetterAuthOptions['account']>['accountLinking']>;

/** @returns undefined if the rule that applies without this function stays; false if there is no limit. */
export type RateLimitFunction = Extract<NonNullable<RateLimit['customRules']>[string], Function>;

/** By the names of fields. */
type FunctionsOfFields = Readonly<Record<string, FieldFunctions | undefined>>;

/** Better Auth's options that are functions and that this server calls itself, as a module exports them. */
export interface ModuleFunctions {
  readonly account?: {
    readonly accountLinking?: {
      readonly trustedProviders?: Extract<AccountLinking['trustedProviders'], Function>;
    };
  };
  readonly emailAndPassword?: Pick<
    EmailAndPassword,
    'sendResetPassword' | 'onPasswordReset' | 'onExistingUserSignUp' | 'customSyntheticUser' | 'password'
  >;
  readonly emailVerification?: Pick<
    EmailVerification,
    'sendVerificationEmail' | 'beforeEmailVerification' | 'afterEmailVerification'
  >;
  readonly socialProviders?: ProviderFunctions;
  readonly rateLimit?: {
    readonly customRules?: Readonly<Record<string, RateLimitFunction>>;
    readonly customStorage?: RateLimit['customStorage'];
  };
  readonly trustedOrigins?: Extract<BetterAuthOptions['trustedOrigins'], Function>;
  readonly user?: {
    readonly validateUserInfo?: UserOptions['validateUserInfo'];
    readonly changeEmail?: Pick<ChangeEmail, 'sendChangeEmailConfirmation'>;
    readonly deleteUser?: Pick<DeleteUser, 'sendDeleteAccountVerification' | 'beforeDelete' | 'afterDelete'>;
    readonly additionalFields?: FunctionsOfFields;
  };
  readonly advanced?: { readonly database?: { readonly generateId?: GenerateIdFn } };
  readonly logger?: Pick<NonNullable<BetterAuthOptions['logger']>, 'log'>;
  readonly onAPIError?: Pick<NonNullable<BetterAuthOptions['onAPIError']>, 'onError'>;
  readonly session?: {
    readonly additionalFields?: FunctionsOfFields;
    readonly cookieCache?: { readonly version?: CookieVersion };
  };
  readonly verification?: Pick<NonNullable<BetterAuthOptions['verification']>, 'storeIdentifier'>;
}

/** What a module exports. Its hooks run as those of a plugin. */
interface Given extends ModuleFunctions, Pick<BetterAuthOptions, 'hooks' | 'databaseHooks'> {}

const FIELD_FUNCTIONS = [
  'defaultValue',
  'onUpdate',
  'transform.input',
  'transform.output',
  'validator.input',
  'validator.output',
];

/** The options that a module can export. `*` is any name. */
const FUNCTIONS = [
  'account.accountLinking.trustedProviders',
  'advanced.database.generateId',
  'emailAndPassword.sendResetPassword',
  'emailAndPassword.onPasswordReset',
  'emailAndPassword.onExistingUserSignUp',
  'emailAndPassword.customSyntheticUser',
  'emailAndPassword.password.hash',
  'emailAndPassword.password.verify',
  'emailVerification.sendVerificationEmail',
  'emailVerification.beforeEmailVerification',
  'emailVerification.afterEmailVerification',
  'logger.log',
  'onAPIError.onError',
  'rateLimit.customRules.*',
  'rateLimit.customStorage.consume',
  'session.cookieCache.version',
  'socialProviders.*.*',
  'trustedOrigins',
  'user.changeEmail.sendChangeEmailConfirmation',
  'user.deleteUser.sendDeleteAccountVerification',
  'user.deleteUser.beforeDelete',
  'user.deleteUser.afterDelete',
  'user.validateUserInfo',
  ...['user', 'session'].flatMap((table) =>
    FIELD_FUNCTIONS.map((name) => `${table}.additionalFields.*.${name}`),
  ),
  'verification.storeIdentifier.hash',
  'verification.storeIdentifier.default.hash',
  'verification.storeIdentifier.overrides.*.hash',
].map((path) => path.split('.'));

/** Beside functions, these may have one of the values of `VERIFICATION_STORE_IDENTIFIER`. */
const STORED_AS = /^verification\.storeIdentifier\.(default|overrides\..*)$/;

/** Better Auth's options that variables set here. A module that exports one expects an effect that it would not have. */
const OPTIONS: ReadonlySet<string> = new Set([
  ...FUNCTIONS.map(([name = '']) => name),
  'appName',
  'baseURL',
  'basePath',
  'database',
  'disabledPaths',
  'experimental',
  'plugins',
  'secondaryStorage',
  'secret',
  'secrets',
  'telemetry',
]);

/**
 * Better Auth's options that are functions and that this server calls itself.
 * @throws {Error} if the module exports an option that has no effect here.
 */
export function functionsOfOptions(path: string, exported: object): ModuleFunctions {
  const given = Object.entries(exported).filter(([name]) => OPTIONS.has(name));
  const wrong = given.flatMap(([name, value]) => withoutEffect([name], value))[0];
  if (wrong !== undefined)
    throw new Error(
      `the path of a module without the export ${wrong}, which this server reads from variables or does not have (${path})`,
    );
  return Object.fromEntries(given);
}

/** The options below this one that are no function, or none of `FUNCTIONS`. */
function withoutEffect(at: readonly string[], value: unknown): string[] {
  const fitting = FUNCTIONS.filter((path) =>
    at.every((name, index) => [name, '*'].includes(path[index] ?? '')),
  );
  const isCode = typeof value === 'function' || isSchema(value);
  const isStoredAs = (value === 'plain' || value === 'hashed') && STORED_AS.test(at.join('.'));
  if (value === undefined || isStoredAs || (isCode && fitting.some(({ length }) => length === at.length)))
    return [];
  const isObject =
    typeof value === 'object' && value !== null && fitting.some(({ length }) => length > at.length);
  if (!isObject) return [at.join('.')];
  return Object.entries(value).flatMap(([name, inner]) => withoutEffect([...at, name], inner));
}

/** A validator is an object of a library such as Zod (standardschema.dev). */
const isSchema = (value: unknown) => typeof value === 'object' && value !== null && '~standard' in value;

/** Sentences about functions that would not be called, because their option is off. */
export function functionFaults(
  { user: functions = {}, session: ofSessions = {}, socialProviders = {} }: ModuleFunctions,
  { user, session }: Pick<Options, 'user' | 'session'>,
  configured: SocialProviders,
): string[] {
  const { changeEmail, deleteUser } = functions;
  const needs = {
    'session.cookieCache.version': ofSessions.cookieCache?.version && {
      'session.cookieCache.enabled': session.cookieCache.enabled,
    },
    'user.changeEmail.sendChangeEmailConfirmation': changeEmail?.sendChangeEmailConfirmation && {
      'user.changeEmail.sendChangeEmailConfirmation': user.changeEmail.sendChangeEmailConfirmation,
    },
    'user.deleteUser.sendDeleteAccountVerification': deleteUser?.sendDeleteAccountVerification && {
      'user.deleteUser.sendDeleteAccountVerification': user.deleteUser.sendDeleteAccountVerification,
    },
  };
  const off = Object.entries(needs).flatMap(([exported, options = {}]) =>
    Object.entries(options).flatMap(([option, isOn]) => (isOn ? [] : [{ exported, option }])),
  );
  const missing = Object.keys(socialProviders).filter((id) => !configured[id]);
  return [
    ...fieldFaults('user', functions.additionalFields, user.additionalFields),
    ...fieldFaults('session', ofSessions.additionalFields, session.additionalFields),
    ...off.map(
      ({ exported, option }) =>
        `${variableOf(option)} must be true, because the module in PLUGINS exports ${exported}.`,
    ),
    ...missing.map(
      (id) =>
        `${id.toUpperCase()}_CLIENT_ID must be set, because the module in PLUGINS exports socialProviders.${id}.`,
    ),
  ];
}

function fieldFaults(
  table: 'user' | 'session',
  functions: FunctionsOfFields = {},
  fields: readonly AdditionalField[],
): string[] {
  const option = `${table}.additionalFields`;
  return Object.entries(functions).flatMap(([name, given]) => {
    const exported = `because the module in PLUGINS exports ${option}.${name}`;
    if (!fields.some((field) => field.name === name))
      return [`${variableOf(option)} must have the field ${name}, ${exported}.`];
    const transforms: unknown[] = Object.values(given?.transform ?? {});
    const isAsync = transforms.some((each) => each?.constructor.name === 'AsyncFunction');
    return isAsync ? [`transform of the field ${name} must not be async, ${exported}.`] : [];
  });
}

/** The fields with the functions that the module has for them. */
export const withCode = <Table extends { readonly additionalFields: readonly AdditionalField[] }>(
  table: Table,
  functions: FunctionsOfFields = {},
): Table => ({
  ...table,
  additionalFields: table.additionalFields.map((field) =>
    withFieldFunctions(field, functions[field.name] ?? {}),
  ),
});

/** The options of the providers with the functions that the module has for them. */
export const withFunctions = (
  configured: SocialProviders,
  functions: ProviderFunctions = {},
): SocialProviders =>
  Object.fromEntries(
    Object.entries(configured).map(([id, options]) => [id, { ...options, ...functions[id] }]),
  );

/**
 * Better Auth's options `hooks`, `databaseHooks`, `user.deleteUser.beforeDelete` and `user.deleteUser.afterDelete`, which a
 * module of plugins exports besides its plugins, as a plugin.
 */
export function pluginOfOptions(exported: object): BetterAuthPlugin[] {
  const given = exported as Given;
  const { hooks = {}, databaseHooks = {} } = given;
  const deletion = deletionHooks(given.user?.deleteUser ?? {});
  const all = { ...databaseHooks, ...(deletion ? { user: withDeletion(databaseHooks.user, deletion) } : {}) };
  if (!hooks.before && !hooks.after && Object.keys(all).length === 0) return [];
  const always = (handler: NonNullable<typeof hooks.before>) => [{ matcher: () => true, handler }];
  return [
    {
      id: 'options-of-the-module',
      hooks: {
        ...(hooks.before ? { before: always(hooks.before) } : {}),
        ...(hooks.after ? { after: always(hooks.after) } : {}),
      },
      init: () => ({ options: { databaseHooks: all } }),
    },
  ];
}

type Deletion = NonNullable<NonNullable<DatabaseHooks['user']>['delete']>;

/** The callbacks run directly before and after the row is deleted, as hooks on the row do. */
function deletionHooks({
  beforeDelete,
  afterDelete,
}: Pick<DeleteUser, 'beforeDelete' | 'afterDelete'>): Deletion | undefined {
  if (!beforeDelete && !afterDelete) return undefined;
  return {
    before: async (user, context) => beforeDelete?.(user, context?.request),
    after: async (user, context) => afterDelete?.(user, context?.request),
  };
}

/** Callbacks come first before the deletion, and last after it. */
function withDeletion(user: DatabaseHooks['user'], deletion: Deletion): DatabaseHooks['user'] {
  const own = user?.delete;
  return {
    ...user,
    delete: {
      before: async (row, context) => {
        await deletion.before?.(row, context);
        return own?.before?.(row, context);
      },
      after: async (row, context) => {
        await own?.after?.(row, context);
        await deletion.after?.(row, context);
      },
    },
  };
}
