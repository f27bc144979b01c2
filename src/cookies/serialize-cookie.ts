/** 400 days in seconds, because browsers keep no cookie longer (RFC 6265bis §5.5). */
const MAX_AGE_LIMIT = 34_560_000;
/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const UNSAFE = /[;\p{Cc}]/u;
const SAME_SITE = { strict: 'Strict', lax: 'Lax', none: 'None' } as const;

export interface CookieAttributes {
  /** Seconds. If absent or negative, the browser deletes the cookie when it closes. */
  readonly maxAge?: number | undefined;
  readonly domain?: string | undefined;
  readonly path?: string | undefined;
  readonly expires?: Date | undefined;
  readonly httpOnly?: boolean | undefined;
  readonly secure?: boolean | undefined;
  readonly sameSite?: 'strict' | 'lax' | 'none' | undefined;
  readonly partitioned?: boolean | undefined;
}

/**
 * One `Set-Cookie` line (RFC 6265 §4.1). The value is URL-encoded and the attributes are in Better Auth's order
 * (src/cookies/protocol.md, "Attributes"). Adds `Secure` if browsers would refuse the cookie without it.
 * Limits `Max-Age` to 400 days as browsers do; Better Auth answers 500 instead.
 * @throws {TypeError} if the name, domain or path contains characters that a `Set-Cookie` line cannot hold.
 * @throws {URIError} if the value contains half a surrogate pair.
 */
export function serializeCookie(name: string, value: string, attributes: CookieAttributes = {}): string {
  const { maxAge, expires, httpOnly, sameSite, partitioned } = attributes;
  // Browsers refuse a `__Host-` cookie with a domain or with another path than `/`.
  const host = /^__host-/i.test(name);
  const domain = host ? undefined : attributes.domain;
  const path = host ? '/' : attributes.path;
  if (!TOKEN.test(name)) throw new TypeError(`A cookie name cannot be ${JSON.stringify(name)}.`);
  if (UNSAFE.test(`${domain ?? ''}${path ?? ''}`))
    throw new TypeError(`The domain or path of cookie ${name} contains ";" or a control character.`);
  const secure = attributes.secure || partitioned || sameSite === 'none' || host || /^__secure-/i.test(name);
  let line = `${name}=${encodeURIComponent(value)}`;
  if (maxAge !== undefined && maxAge >= 0) line += `; Max-Age=${Math.floor(Math.min(maxAge, MAX_AGE_LIMIT))}`;
  if (domain) line += `; Domain=${domain}`;
  if (path) line += `; Path=${path}`;
  if (expires) line += `; Expires=${expires.toUTCString()}`;
  if (httpOnly) line += '; HttpOnly';
  if (secure) line += '; Secure';
  if (sameSite) line += `; SameSite=${SAME_SITE[sameSite]}`;
  if (partitioned) line += '; Partitioned';
  return line;
}
