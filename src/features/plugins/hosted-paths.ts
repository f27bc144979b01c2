import type { BetterAuthPlugin } from '@better-auth/core';
import type { RowAction, RowModel } from '../../database/row-hooks.js';

/** Routes of this server that start a session. */
const STARTS_SESSION: readonly string[] = [
  '/sign-up/email',
  '/sign-in/email',
  '/sign-in/social',
  '/callback/:id',
  '/verify-email',
  '/change-password',
];

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

/** Plugins whose `onRequest` acts on requests with this header only, to change what the origin check sees. */
const ACTS_ON_HEADER: Readonly<Record<string, string>> = { expo: 'expo-origin' };

/** Routes that change the row of a user. */
const CHANGES_USER: readonly string[] = [
  '/update-user',
  '/change-email',
  '/verify-email',
  '/sign-in/social',
  '/callback/:id',
];

/** Routes that delete a user. */
const DELETES_USER: readonly string[] = ['/delete-user', '/delete-user/callback'];

/** Routes that end sessions. */
const ENDS_SESSIONS: readonly string[] = [
  '/sign-out',
  '/revoke-session',
  '/revoke-sessions',
  '/revoke-other-sessions',
  '/change-password',
  '/reset-password',
  ...DELETES_USER,
];

/** Routes where a provider says who somebody is. */
const ASKS_PROVIDER: readonly string[] = ['/sign-in/social', '/callback/:id', '/link-social'];

/** Routes that prove an e-mail. They take away what somebody set who had signed up with it before. */
const PROVES_EMAIL: readonly string[] = [
  '/reset-password',
  '/verify-email',
  '/sign-in/social',
  '/callback/:id',
];

/** The routes that write each kind of row. Without `by` it is any route, because each renews the session. */
export const WRITES: readonly { model: RowModel; action: RowAction; by?: readonly string[] }[] = [
  { model: 'user', action: 'create', by: STARTS_SESSION },
  { model: 'user', action: 'update', by: CHANGES_USER },
  { model: 'user', action: 'delete', by: DELETES_USER },
  { model: 'session', action: 'create', by: STARTS_SESSION },
  { model: 'session', action: 'update' },
  { model: 'session', action: 'delete', by: ENDS_SESSIONS },
  { model: 'account', action: 'create', by: ['/sign-up/email', '/reset-password', ...ASKS_PROVIDER] },
  {
    model: 'account',
    action: 'update',
    by: [
      '/change-password',
      '/get-access-token',
      '/refresh-token',
      '/account-info',
      ...PROVES_EMAIL,
      ...ASKS_PROVIDER,
    ],
  },
  { model: 'account', action: 'delete', by: ['/unlink-account', ...DELETES_USER, ...PROVES_EMAIL] },
  {
    model: 'verification',
    action: 'create',
    by: ['/request-password-reset', '/delete-user', ...ASKS_PROVIDER],
  },
  {
    model: 'verification',
    action: 'delete',
    by: ['/request-password-reset', '/reset-password/:token', ...DELETES_USER, ...PROVES_EMAIL],
  },
];

/** What decides whether a hook runs. */
type Matcher = (context: unknown) => boolean;

/**
 * Whether requests for a route of the core pass through the library: all, none, or those that one of the matchers of the
 * hooks fits. The matchers get the request.
 */
export type Hosting = 'all' | 'none' | readonly Matcher[];

/** @param path as the library writes it, such as `/callback/:id` */
export function hostingOf(
  plugins: readonly BetterAuthPlugin[],
  path: string,
  { startsSession } = { startsSession: STARTS_SESSION.includes(path) },
): Hosting {
  const undecided: Matcher[] = [];
  const verdict = (matcher: Matcher, id: string) =>
    startsSession ? askWithPath(matcher, path) : verdictOf(matcher, path, id);
  for (const plugin of plugins) {
    if (plugin.middlewares?.some((middleware) => fits(middleware.path, path))) return 'all';
    const header = ACTS_ON_HEADER[plugin.id];
    if (header) undecided.push((context) => changesOrigin(context, header));
    else if ((plugin.onRequest ?? plugin.onResponse) && seesRequest(plugin, path)) return 'all';
    for (const { matcher } of plugin.hooks?.after ?? [])
      if (verdict(matcher as Matcher, plugin.id) !== 'no') return 'all';
    for (const { matcher } of plugin.hooks?.before ?? []) {
      const said = verdict(matcher as Matcher, plugin.id);
      if (said === 'yes') return 'all';
      if (said === 'by request') undecided.push(matcher as Matcher);
    }
  }
  return undecided.length > 0 ? undecided : 'none';
}

type Verdict = 'yes' | 'no' | 'by request';

/** For a route that starts no session. */
function verdictOf(matcher: Matcher, path: string, id: string): Verdict {
  const verdict = askWithPath(matcher, path);
  if (verdict === 'no' || !ACTS_ON_NEW_SESSIONS.has(id)) return verdict;
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

/** The origin of GET and HEAD is not checked. */
function changesOrigin(context: unknown, header: string): boolean {
  const { method, headers } = context as { method: string; headers: { get(name: string): string | null } };
  return method !== 'GET' && method !== 'HEAD' && headers.get(header) !== null;
}

const CAPTCHA_DEFAULTS = ['/sign-up/email', '/sign-in/email', '/request-password-reset'];

/** True if the pattern of a middleware may fit the path: its part before the first wildcard is enough. */
function fits(pattern: string, path: string): boolean {
  const wildcard = pattern.search(/[*:]/);
  return wildcard === -1 ? pattern === path : path.startsWith(pattern.slice(0, wildcard));
}
