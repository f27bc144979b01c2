import type { BetterAuthOptions, BetterAuthPlugin } from '@better-auth/core';
import type { SocialProviders } from '../social-providers.js';
import type { Options } from '../options.js';
import { variableOf } from '../option-table.js';

type EmailAndPassword = NonNullable<BetterAuthOptions['emailAndPassword']>;
type EmailVerification = NonNullable<BetterAuthOptions['emailVerification']>;
type UserOptions = NonNullable<BetterAuthOptions['user']>;
type ChangeEmail = NonNullable<UserOptions['changeEmail']>;
type DeleteUser = NonNullable<UserOptions['deleteUser']>;
type DatabaseHooks = NonNullable<BetterAuthOptions['databaseHooks']>;

/** Functions of built-in providers, such as `mapProfileToUser`, by provider id. */
export type ProviderFunctions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Better Auth's options that are functions, as a module exports them. */
interface Given extends Pick<BetterAuthOptions, 'hooks' | 'databaseHooks'> {
  readonly emailAndPassword?: Pick<
    EmailAndPassword,
    'sendResetPassword' | 'onPasswordReset' | 'onExistingUserSignUp'
  >;
  readonly emailVerification?: Pick<
    EmailVerification,
    'sendVerificationEmail' | 'beforeEmailVerification' | 'afterEmailVerification'
  >;
  readonly socialProviders?: ProviderFunctions;
  readonly user?: {
    readonly changeEmail?: Pick<ChangeEmail, 'sendChangeEmailConfirmation'>;
    readonly deleteUser?: Pick<DeleteUser, 'sendDeleteAccountVerification' | 'beforeDelete' | 'afterDelete'>;
  };
}

/** The functions of a module that this server calls itself. */
export type ModuleFunctions = NonNullable<Given['emailAndPassword']> &
  NonNullable<Given['emailVerification']> &
  Pick<ChangeEmail, 'sendChangeEmailConfirmation'> &
  Pick<DeleteUser, 'sendDeleteAccountVerification'> & { readonly socialProviders?: ProviderFunctions };

/** The options that a module can export, by the object that has them. */
const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  emailAndPassword: ['sendResetPassword', 'onPasswordReset', 'onExistingUserSignUp'],
  emailVerification: ['sendVerificationEmail', 'beforeEmailVerification', 'afterEmailVerification'],
  'user.changeEmail': ['sendChangeEmailConfirmation'],
  'user.deleteUser': ['sendDeleteAccountVerification', 'beforeDelete', 'afterDelete'],
};

/** Better Auth's options that variables set here. A module that exports one expects an effect that it would not have. */
const BY_VARIABLES: ReadonlySet<string> = new Set([
  'account',
  'advanced',
  'logger',
  'onAPIError',
  'rateLimit',
  'secondaryStorage',
  'session',
  'trustedOrigins',
  'verification',
]);

/**
 * Better Auth's options that are functions and that this server calls itself, by their names.
 * @throws {Error} if the module exports an option that has no effect here.
 */
export function functionsOfOptions(path: string, exported: object): ModuleFunctions {
  const given = exported as Given;
  const wrong = Object.keys(exported).find((name) => BY_VARIABLES.has(name)) ?? unknownOption(given);
  if (wrong !== undefined)
    throw new Error(
      `the path of a module without the export ${wrong}, which this server reads from variables or does not have (${path})`,
    );
  const { user: { changeEmail, deleteUser } = {}, socialProviders } = given;
  const { sendDeleteAccountVerification } = deleteUser ?? {};
  return {
    ...given.emailAndPassword,
    ...given.emailVerification,
    ...changeEmail,
    ...(sendDeleteAccountVerification ? { sendDeleteAccountVerification } : {}),
    ...(socialProviders ? { socialProviders } : {}),
  };
}

/** Sentences about functions that would not be called, because their option is off. */
export function functionFaults(
  functions: ModuleFunctions,
  { user }: Pick<Options, 'user'>,
  configured: SocialProviders,
): string[] {
  const isOff = {
    'user.changeEmail.sendChangeEmailConfirmation':
      functions.sendChangeEmailConfirmation && !user.changeEmail.sendChangeEmailConfirmation,
    'user.deleteUser.sendDeleteAccountVerification':
      functions.sendDeleteAccountVerification && !user.deleteUser.sendDeleteAccountVerification,
  };
  const off = Object.keys(isOff).filter((option) => isOff[option as keyof typeof isOff]);
  const missing = Object.keys(functions.socialProviders ?? {}).filter((id) => !configured[id]);
  return [
    ...off.map(
      (option) => `${variableOf(option)} must be true, because the module in PLUGINS exports ${option}.`,
    ),
    ...missing.map(
      (id) =>
        `${id.toUpperCase()}_CLIENT_ID must be set, because the module in PLUGINS exports socialProviders.${id}.`,
    ),
  ];
}

/** The options of the providers with the functions that the module has for them. */
export const withFunctions = (
  configured: SocialProviders,
  functions: ProviderFunctions = {},
): SocialProviders =>
  Object.fromEntries(
    Object.entries(configured).map(([id, options]) => [id, { ...options, ...functions[id] }]),
  );

/** The first option that is no function, or none of `FUNCTIONS`. */
function unknownOption(given: Given): string | undefined {
  const { changeEmail, deleteUser, ...others } = given.user ?? {};
  const [other] = Object.keys(others);
  if (other !== undefined) return `user.${other}`;
  const objects: Readonly<Record<string, object | undefined>> = {
    emailAndPassword: given.emailAndPassword,
    emailVerification: given.emailVerification,
    'user.changeEmail': changeEmail,
    'user.deleteUser': deleteUser,
  };
  for (const [path, options = {}] of Object.entries(objects))
    for (const [name, value] of Object.entries(options))
      if (!FUNCTIONS[path]?.includes(name) || typeof value !== 'function') return `${path}.${name}`;
  for (const [id, options] of Object.entries(given.socialProviders ?? {}))
    for (const [name, value] of Object.entries(options))
      if (typeof value !== 'function') return `socialProviders.${id}.${name}`;
  return undefined;
}

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
