import { BASE_PATH } from '../config/config.js';

/** A path without a route. */
const NOWHERE = '/-';

/**
 * Rewrites a URL so that Fastify's router matches it as the protocol's router would
 * (src/http/protocol.md, "Order of a request"). Dots and backslashes are resolved as in any URL. Nothing is
 * percent-decoded; Fastify would decode `%65` to `e` and match. A path with `//` matches no route.
 * @param skipTrailingSlash true if a slash at the end of a path below the base path is ignored.
 */
export function strictUrl(url: string | undefined, skipTrailingSlash = false): string {
  const strict = resolved(url ?? '/');
  if (!skipTrailingSlash || !strict.startsWith(`${BASE_PATH}/`)) return strict;
  // `#` ends the path too. No browser sends it, but Fastify's router treats it so.
  return strict.replace(/^([^?#]*[^/?#])\/(?=[?#]|$)/, '$1');
}

/** The rewritten URL with the escapes that the client sent, for the published library, which decodes parameters itself. */
export function withSentEscapes(url: string): string {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  return path.replaceAll('%25', '%') + url.slice(path.length);
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
