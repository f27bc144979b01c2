/** Browsers keep no cookie longer (RFC 6265bis §5.5): 400 days, in seconds. */
const MAX_AGE_LIMIT = 34_560_000;
/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const UNSAFE = /[;\p{Cc}]/u;
const SAME_SITE = { strict: 'Strict', lax: 'Lax', none: 'None' } as const;

export interface CookieAttributes {
  /** Seconds; absent or negative: until the browser closes. */
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
 * One `Set-Cookie` line (RFC 6265 §4.1) with the value URL-encoded and the attributes in Better Auth's order
 * (protocol.md §2.2). `Secure` is added where browsers would refuse the cookie without it. A life beyond
 * 400 days is cut to that, as browsers do, where Better Auth answers 500.
 * @throws {TypeError} on a name, domain or path that would break the line.
 * @throws {URIError} on a value with half a surrogate pair.
 */
export function serializeCookie(name: string, value: string, attributes: CookieAttributes = {}): string {
  const { maxAge, expires, httpOnly, sameSite, partitioned } = attributes;
  // Browsers refuse a `__Host-` cookie that another host or path could share.
  const host = /^__host-/i.test(name);
  const domain = host ? undefined : attributes.domain;
  const path = host ? '/' : attributes.path;
  if (!TOKEN.test(name)) throw new TypeError('This name cannot stand in a Set-Cookie line.');
  if (UNSAFE.test(`${domain ?? ''}${path ?? ''}`))
    throw new TypeError(`The domain or path of ${name} is malformed.`);
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
