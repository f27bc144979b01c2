import { BASE_PATH } from '../config/config.js';
import { withoutSlashesAtTheEnd } from '../config/slashes.js';

/**
 * Returns the path by which rate limits and lists of paths identify a request. The path is relative to the base path,
 * dots are resolved as in any URL, and slashes at the end are removed
 * (src/http/protocol.md, "Order of a request"; src/rate-limits/protocol.md, "Rules"). If a request reaches a
 * route, this function returns the path of that route, however the URL was written. If no route matches, it
 * may return any path.
 * @param url as the client sent it.
 * @returns undefined if the URL is not below the base path.
 */
export function authPath(url: string): string | undefined {
  const resolved = plainPath(url) ?? resolvedPath(url);
  if (resolved === undefined) return undefined;
  const path = withoutSlashesAtTheEnd(resolved);
  if (path === BASE_PATH) return '/';
  return path.startsWith(`${BASE_PATH}/`) ? path.slice(BASE_PATH.length) : undefined;
}

/** Returns a path without anything to resolve. Almost every path is like this, and parsing it as a URL would be slow. */
const plainPath = (url: string) => /^(\/[\w/-]*)(?:[?#]|$)/.exec(url)?.[1];

function resolvedPath(url: string): string | undefined {
  const address = `http://localhost${url}`;
  return url.startsWith('/') && URL.canParse(address) ? new URL(address).pathname : undefined;
}

const twins = new Map<string, string>();

/** Declares that a route is another form of a route of the protocol, for example `/login` of `/sign-in/email`. */
export function declareTwin(path: string, twin: string): void {
  twins.set(path, twin);
}

/** Rate limits and `disabledPaths` of a route also apply to its twin, because clients could otherwise avoid them. */
export const twinOf = (path: string): string | undefined => twins.get(path);
