const BASE = 'https://base.invalid';
/** Characters that a URL contains only in their encoded form. Encoding them changes nothing of where it leads. */
const NOT_IN_URLS = /[ "<>`{}]/g;

/**
 * Adds parameters at the end of the query and before the fragment (RFC 3986 §3.5). The rest of the target stays exactly
 * as it was checked, because its normalised form could lead to another host: `/..//evil.example` becomes `//evil.example`.
 * @returns undefined if the target is not a URL or path to which a browser can be redirected.
 */
export function withQuery(target: string, parameters: Record<string, string>): string | undefined {
  const isPath = target.startsWith('/');
  if (!URL.canParse(target, isPath ? BASE : undefined)) return undefined;
  const url = new URL(target, isPath ? BASE : undefined);
  if (isPath && url.origin !== BASE) return undefined;
  const hash = target.indexOf('#');
  const end = hash < 0 ? target.length : hash;
  const start = withPath(target.slice(0, end), url).replace(NOT_IN_URLS, encodeURIComponent);
  const separator = !start.includes('?') ? '?' : /[?&]$/.test(start) ? '' : '&';
  return start + separator + new URLSearchParams(parameters).toString() + target.slice(end);
}

/** `https://app.example.com` gets the path `/`, as in every URL. */
const withPath = (start: string, { protocol, host }: URL) =>
  /^https?:$/.test(protocol) && start.toLowerCase() === `${protocol}//${host}` ? `${start}/` : start;
