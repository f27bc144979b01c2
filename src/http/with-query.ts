const BASE = 'https://base.invalid';

/**
 * Adds parameters at the end of the query and before the fragment (RFC 3986 §3.5). A path stays a path.
 * @returns undefined if the target is not a URL or path to which a browser can be redirected, or if its normalised form
 * leads to another host: `/..//evil.example` becomes `//evil.example`.
 */
export function withQuery(target: string, parameters: Record<string, string>): string | undefined {
  const isPath = target.startsWith('/');
  if (!URL.canParse(target, isPath ? BASE : undefined)) return undefined;
  const url = new URL(target, isPath ? BASE : undefined);
  if (isPath && (url.origin !== BASE || url.pathname.startsWith('//'))) return undefined;
  const separator = url.search === '' || url.search.endsWith('&') ? '' : '&';
  url.search += separator + new URLSearchParams(parameters).toString();
  return isPath ? url.href.slice(BASE.length) : url.href;
}
