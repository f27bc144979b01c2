import { BASE_PATH } from '../config/config.js';

/** A path no route has. */
const NOWHERE = '/-';

/**
 * The address as the protocol's router sees it (protocol.md §4.1): dots and backslashes resolved as in any URL, nothing
 * percent-decoded, and no route where two slashes meet. Fastify would decode `%65` to `e` and match.
 * @param skipTrailingSlash whether a slash at the end of a path below the base path is forgiven.
 */
export function strictUrl(url: string | undefined, skipTrailingSlash = false): string {
  const strict = resolved(url ?? '/');
  if (!skipTrailingSlash || !strict.startsWith(`${BASE_PATH}/`)) return strict;
  // `#` ends a path as well: no browser sends one, and the router takes it so.
  return strict.replace(/^([^?#]*[^/?#])\/(?=[?#]|$)/, '$1');
}

function resolved(raw: string): string {
  const end = raw.indexOf('?');
  const path = end < 0 ? raw : raw.slice(0, end);
  if (!/[%\\]|\/\.|\/\//.test(path)) return raw;
  if (!path.startsWith('/')) return NOWHERE;
  const query = end < 0 ? '' : raw.slice(end);
  const address = `http://localhost${path}`;
  const pathname = URL.canParse(address) ? new URL(address).pathname : NOWHERE;
  if (pathname.includes('//')) return NOWHERE + query;
  return pathname.replaceAll('%', '%25') + query;
}
