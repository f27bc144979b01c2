import { BASE_PATH } from '../config/config.js';
import { withoutSlashesAtTheEnd } from '../config/slashes.js';

/**
 * The path by which limits and lists of paths know a request: below the base path, resolved as in any URL and without
 * slashes at its end (protocol.md §4.1, §6). Whatever reaches a route has the route's path here, whichever way it is
 * written; what the router refuses may have any.
 * @param url as it came over the wire.
 * @returns undefined when it is not below the base path.
 */
export function authPath(url: string): string | undefined {
  const resolved = plainPath(url) ?? resolvedPath(url);
  if (resolved === undefined) return undefined;
  const path = withoutSlashesAtTheEnd(resolved);
  if (path === BASE_PATH) return '/';
  return path.startsWith(`${BASE_PATH}/`) ? path.slice(BASE_PATH.length) : undefined;
}

/** Nearly every path: one in which there is nothing to resolve, so that no URL need be made. */
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

/** What limits or disables sign-in by e-mail must also hold for its twin, or the twin would be a way around it. */
export const twinOf = (path: string): string | undefined => twins.get(path);
