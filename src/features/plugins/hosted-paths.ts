import type { BetterAuthPlugin } from '@better-auth/core';

/** Routes of this server that start a session. */
const STARTS_SESSION: ReadonlySet<string> = new Set([
  '/sign-up/email',
  '/sign-in/email',
  '/sign-in/social',
  '/callback/:id',
  '/verify-email',
  '/change-password',
]);

/** Routes that hash a new password. */
export const HASHES_PASSWORD: readonly string[] = ['/sign-up/email', '/change-password', '/reset-password'];

/**
 * Plugins whose hooks match every path, but act only if the answer starts a session. Without this list `get-session` would
 * pass through the library.
 */
export const ACTS_ON_NEW_SESSIONS: ReadonlySet<string> = new Set([
  'multi-session',
  'one-time-token',
  'last-login-method',
  'oauth-provider',
]);

/** Plugins whose `onRequest` and `onResponse` act on paths of their own only. */
const ACTS_ON_OWN_PATHS: ReadonlySet<string> = new Set(['oauth-provider', 'scim']);

/** Routes that change the row of a user. */
export const CHANGES_USER: readonly string[] = [
  '/update-user',
  '/change-email',
  '/verify-email',
  '/sign-in/social',
  '/callback/:id',
];

/** Routes that delete a user. */
export const DELETES_USER: readonly string[] = ['/delete-user', '/delete-user/callback'];

/** Routes that end sessions. */
export const ENDS_SESSIONS: readonly string[] = [
  '/sign-out',
  '/revoke-session',
  '/revoke-sessions',
  '/revoke-other-sessions',
  '/change-password',
  '/reset-password',
  ...DELETES_USER,
];

/** What decides whether a hook runs. */
type Matcher = (context: unknown) => boolean;

/**
 * Whether requests for a route of the core pass through the library: all, none, or those that one of the matchers of the
 * hooks fits. The matchers get the request.
 */
export type Hosting = 'all' | 'none' | readonly Matcher[];

/** @param path as the library writes it, such as `/callback/:id` */
export function hostingOf(plugins: readonly BetterAuthPlugin[], path: string): Hosting {
  const undecided: Matcher[] = [];
  for (const plugin of plugins) {
    if (plugin.middlewares?.some((middleware) => fits(middleware.path, path))) return 'all';
    if ((plugin.onRequest ?? plugin.onResponse) && seesRequest(plugin, path)) return 'all';
    for (const { matcher } of plugin.hooks?.after ?? [])
      if (verdictOf(matcher as Matcher, path, plugin.id) !== 'no') return 'all';
    for (const { matcher } of plugin.hooks?.before ?? []) {
      const verdict = verdictOf(matcher as Matcher, path, plugin.id);
      if (verdict === 'yes') return 'all';
      if (verdict === 'by request') undecided.push(matcher as Matcher);
    }
  }
  return undecided.length > 0 ? undecided : 'none';
}

type Verdict = 'yes' | 'no' | 'by request';

function verdictOf(matcher: Matcher, path: string, id: string): Verdict {
  const verdict = askWithPath(matcher, path);
  if (verdict === 'no' || !ACTS_ON_NEW_SESSIONS.has(id) || STARTS_SESSION.has(path)) return verdict;
  // A hook that names the path, such as that of multi-session for sign-out, is no hook on every path.
  return verdict === 'yes' && askWithPath(matcher, '/of-no-route') === 'no' ? 'yes' : 'no';
}

/** Asks the matcher about a request of which only the path is known. */
function askWithPath(matcher: Matcher, path: string): Verdict {
  let readsMore = false;
  const context = new Proxy(
    { path },
    {
      get(target, name) {
        if (name === 'path') return target.path;
        readsMore = true;
        return undefined;
      },
    },
  );
  try {
    if (matcher(context)) return 'yes';
    return readsMore ? 'by request' : 'no';
  } catch {
    return 'by request';
  }
}

/** `onRequest` of the plugin `captcha` acts on the paths in its options. Of others, nobody knows. */
function seesRequest({ id, options }: BetterAuthPlugin, path: string): boolean {
  if (ACTS_ON_OWN_PATHS.has(id)) return false;
  if (id !== 'captcha') return true;
  const { endpoints } = (options ?? {}) as { endpoints?: readonly string[] };
  const listed = endpoints?.length ? endpoints : CAPTCHA_DEFAULTS;
  return listed.some((endpoint) => endpoint.includes('*') || endpoint === path);
}

const CAPTCHA_DEFAULTS = ['/sign-up/email', '/sign-in/email', '/request-password-reset'];

/** True if the pattern of a middleware may fit the path: its part before the first wildcard is enough. */
function fits(pattern: string, path: string): boolean {
  const wildcard = pattern.search(/[*:]/);
  return wildcard === -1 ? pattern === path : path.startsWith(pattern.slice(0, wildcard));
}

/** True if hooks of plugins on rows of users or sessions need to know which route inserts them. */
export const needsRows = (path: string) => STARTS_SESSION.has(path);
