const BASE = 'https://base.invalid';

/**
 * The target with a parameter at the end of its query and before its fragment (RFC 3986 §3.5); a path stays a path.
 * @returns undefined when the target is no URL that a browser could be sent to.
 */
export function withQuery(target: string, parameters: Record<string, string>): string | undefined {
  const isPath = target.startsWith('/');
  if (!URL.canParse(target, isPath ? BASE : undefined)) return undefined;
  const url = new URL(target, isPath ? BASE : undefined);
  if (isPath && url.origin !== BASE) return undefined;
  const separator = url.search === '' || url.search.endsWith('&') ? '' : '&';
  url.search += separator + new URLSearchParams(parameters).toString();
  return isPath ? url.href.slice(BASE.length) : url.href;
}
