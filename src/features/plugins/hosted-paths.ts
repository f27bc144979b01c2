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
]);

/**
 * True if a hook of the plugin may run for this route of the core. If a plugin decides by more than the path, the answer is
 * true, because only the request itself could tell.
 */
export function hooksInto(plugin: BetterAuthPlugin, path: string): boolean {
  const hooks = [...(plugin.hooks?.before ?? []), ...(plugin.hooks?.after ?? [])];
  if (hooks.some(({ matcher }) => mayMatch(matcher as Matcher, path, plugin.id))) return true;
  if (plugin.middlewares?.some((middleware) => fits(middleware.path, path))) return true;
  return Boolean(plugin.onRequest ?? plugin.onResponse) && seesRequest(plugin, path);
}

type Matcher = (context: unknown) => boolean;

function mayMatch(matcher: Matcher, path: string, id: string): boolean {
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
    const matches = matcher(context) || readsMore;
    if (!matches || !ACTS_ON_NEW_SESSIONS.has(id)) return matches;
    // A hook that names the path of its own accord, such as that of multi-session for sign-out, counts as it is.
    return STARTS_SESSION.has(path) || !matcher({ path: '/of-no-route' });
  } catch {
    return true;
  }
}

/** `onRequest` of the plugin `captcha` acts on the paths in its options. Of others, nobody knows. */
function seesRequest({ id, options }: BetterAuthPlugin, path: string): boolean {
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
