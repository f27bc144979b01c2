import type { BetterAuthOptions, BetterAuthPlugin } from '@better-auth/core';

type DeleteUser = NonNullable<NonNullable<BetterAuthOptions['user']>['deleteUser']>;
type Given = Pick<BetterAuthOptions, 'hooks' | 'databaseHooks'> & {
  readonly user?: { readonly deleteUser?: Pick<DeleteUser, 'beforeDelete' | 'afterDelete'> };
};
type DatabaseHooks = NonNullable<BetterAuthOptions['databaseHooks']>;

/** Better Auth's options that variables set here. A module that exports one expects an effect that it would not have. */
const BY_VARIABLES: ReadonlySet<string> = new Set([
  'account',
  'advanced',
  'emailAndPassword',
  'emailVerification',
  'logger',
  'onAPIError',
  'rateLimit',
  'secondaryStorage',
  'session',
  'socialProviders',
  'trustedOrigins',
  'verification',
]);

const CALLBACKS = ['beforeDelete', 'afterDelete'] as const;

/**
 * Better Auth's options `hooks`, `databaseHooks`, `user.deleteUser.beforeDelete` and `user.deleteUser.afterDelete`, which a
 * module of plugins exports besides its plugins, as a plugin.
 * @throws {Error} if the module exports an option that has no effect here.
 */
export function pluginOfOptions(path: string, exported: object): BetterAuthPlugin[] {
  const given = exported as Given;
  const wrong = Object.keys(exported).find((name) => BY_VARIABLES.has(name)) ?? wrongUserOption(given);
  if (wrong !== undefined)
    throw new Error(
      `the path of a module without the export ${wrong}, which this server reads from variables or does not have (${path})`,
    );
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

function wrongUserOption({ user }: Given): string | undefined {
  const { deleteUser = {}, ...others } = user ?? {};
  const [other] = Object.keys(others);
  if (other !== undefined) return `user.${other}`;
  const callback = Object.keys(deleteUser).find((name) => !(CALLBACKS as readonly string[]).includes(name));
  return callback && `user.deleteUser.${callback}`;
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
