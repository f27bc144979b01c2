import { carriedParts, writeChunked } from './chunks.js';
import type { DeclaredCookie } from './declared-cookie.js';
import { type CookieAttributes, serializeCookie } from './serialize-cookie.js';
import { signValue } from './signed-value.js';

/** The logical names of the cookies that belong to a session (src/cookies/protocol.md, "Names"). */
export const SESSION_COOKIES = ['session_token', 'session_data', 'account_data', 'dont_remember'] as const;
export type SessionCookie = (typeof SESSION_COOKIES)[number];

/** A cookie of the session or of a feature. */
export type AnyCookie = SessionCookie | DeclaredCookie;

/** Configuration of one cookie. */
export interface CookieOverride {
  /** Replaces `<prefix>.<logical name>`. A secure cookie still gets `__Secure-` in front. */
  readonly name?: string;
  readonly attributes?: CookieAttributes;
}

export interface SessionCookieSettings {
  /** Prefix without the dot; `better-auth` by default. */
  readonly prefix: string;
  /** True: names begin with `__Secure-` and cookies carry `Secure`. */
  readonly secure: boolean;
  /** Seconds that a remembered session lives. */
  readonly expiresIn: number;
  /** Seconds that session data stays valid; 300 by default. */
  readonly cacheMaxAge?: number;
  /** Set if subdomains share the cookies. */
  readonly domain?: string;
  /** Cookies of features that expire together with those of the session. */
  readonly endingWithSession?: readonly DeclaredCookie[];
  /** True if a cookie holds the account the user signed in with. Signing out then expires that cookie. */
  readonly accountInCookie?: boolean;
  /** For every cookie. Override the built-in `Path=/; HttpOnly; SameSite=Lax` and the domain. */
  readonly attributes?: CookieAttributes;
  /** By logical name. They override everything else. */
  readonly overrides?: Readonly<Partial<Record<string, CookieOverride>>>;
}

/** `[__Secure-]<prefix>.<logical name>` (src/cookies/protocol.md, "Names"). */
export function cookieName(
  settings: Pick<SessionCookieSettings, 'prefix' | 'secure' | 'overrides'>,
  cookie: AnyCookie,
): string {
  const name = settings.overrides?.[logicalName(cookie)]?.name || `${settings.prefix}.${logicalName(cookie)}`;
  return settings.secure ? `__Secure-${name}` : name;
}

export const logicalName = (cookie: AnyCookie): string => (typeof cookie === 'string' ? cookie : cookie.name);

/**
 * Later wins: built-in, shared domain, configured for all, the cookie's life, configured for this one
 * (src/cookies/protocol.md, "Attributes").
 */
export function cookieAttributes(settings: SessionCookieSettings, cookie: AnyCookie): CookieAttributes {
  return {
    secure: settings.secure,
    sameSite: 'lax',
    path: '/',
    httpOnly: true,
    ...(settings.domain === undefined ? {} : { domain: settings.domain }),
    ...settings.attributes,
    ...lifeOf(settings, cookie),
    ...settings.overrides?.[logicalName(cookie)]?.attributes,
  };
}

function lifeOf(settings: SessionCookieSettings, cookie: AnyCookie): CookieAttributes {
  if (typeof cookie !== 'string') return cookie.maxAge === undefined ? {} : { maxAge: cookie.maxAge };
  if (cookie === 'session_token') return { maxAge: settings.expiresIn };
  const isData = cookie === 'session_data' || cookie === 'account_data';
  return isData ? { maxAge: settings.cacheMaxAge ?? 300 } : {};
}

/** The `Set-Cookie` line for a cookie of a feature. */
export function declaredCookie(
  settings: SessionCookieSettings,
  cookie: DeclaredCookie,
  value: string,
): string {
  return line(settings, cookie, value, {});
}

export function expiredDeclaredCookie(settings: SessionCookieSettings, cookie: DeclaredCookie): string {
  return line(settings, cookie, '', { maxAge: 0 });
}

/** The `Set-Cookie` line that signs a client in. Without `remember` the browser deletes the cookie when it closes. */
export function sessionTokenCookie(
  settings: SessionCookieSettings,
  token: string,
  secret: string,
  { remember }: { readonly remember: boolean },
): string {
  const maxAge = remember ? settings.expiresIn : undefined;
  return line(settings, 'session_token', signValue(token, secret), { maxAge });
}

/** Marks the session, so that later requests renew its cookie without `Max-Age`. */
export function dontRememberCookie(settings: SessionCookieSettings, secret: string): string {
  return line(settings, 'dont_remember', signValue('true', secret), {});
}

/**
 * Removes the mark when the user signs in with "remember me" in a browser that still has the mark of an earlier
 * session.
 */
export function expiredDontRememberCookie(settings: SessionCookieSettings): string {
  return line(settings, 'dont_remember', '', { maxAge: 0 });
}

/**
 * Lines that replace the session data the request carries.
 * @param maxAge seconds; undefined: until the browser closes.
 */
export function sessionDataCookies(
  settings: SessionCookieSettings,
  value: string,
  maxAge: number | undefined,
  carried: ReadonlyMap<string, string>,
): string[] {
  const attributes = { ...cookieAttributes(settings, 'session_data'), maxAge };
  return writeChunked(cookieName(settings, 'session_data'), value, attributes, carried);
}

/**
 * Lines that replace the account the request carries. This cookie keeps its `Max-Age` even for a session not
 * remembered.
 */
export function accountDataCookies(
  settings: SessionCookieSettings,
  value: string,
  carried: ReadonlyMap<string, string>,
): string[] {
  const attributes = cookieAttributes(settings, 'account_data');
  return writeChunked(cookieName(settings, 'account_data'), value, attributes, carried);
}

/** Expires the cookie itself and then each part of it that the request carries. */
export function expiredAccountData(
  settings: SessionCookieSettings,
  carried: ReadonlyMap<string, string>,
): string[] {
  const attributes = { ...cookieAttributes(settings, 'account_data'), maxAge: 0 };
  const name = cookieName(settings, 'account_data');
  return [name, ...carriedParts(name, carried)].map((part) => serializeCookie(part, '', attributes));
}

/** Expires session data that is invalid. */
export function expiredSessionDataCookie(settings: SessionCookieSettings): string {
  return line(settings, 'session_data', '', { maxAge: 0 });
}

/** One line for each part of the session data that the request carries. */
export function expiredSessionDataParts(
  settings: SessionCookieSettings,
  carried: ReadonlyMap<string, string>,
): string[] {
  const attributes = { ...cookieAttributes(settings, 'session_data'), maxAge: 0 };
  return carriedParts(cookieName(settings, 'session_data'), carried).map((name) =>
    serializeCookie(name, '', attributes),
  );
}

/**
 * The deletion set of src/cookies/protocol.md, "Deletion set" in its order: token, cache, account, cookies of
 * features, the cache and its chunks as the request carried them (so the cache itself comes twice), and the
 * mark of a session not remembered. Other cookies whose names start like the cache's stay, as in Better Auth
 * 1.7.25.
 */
export function expiredCookies(
  settings: SessionCookieSettings,
  carried: ReadonlyMap<string, string>,
): string[] {
  return [
    line(settings, 'session_token', '', { maxAge: 0 }),
    expiredSessionDataCookie(settings),
    ...(settings.accountInCookie ? expiredAccountData(settings, carried) : []),
    ...(settings.endingWithSession ?? []).map((cookie) => expiredDeclaredCookie(settings, cookie)),
    ...expiredSessionDataParts(settings, carried),
    expiredDontRememberCookie(settings),
  ];
}

function line(
  settings: SessionCookieSettings,
  cookie: AnyCookie,
  value: string,
  attributes: CookieAttributes,
): string {
  const all = { ...cookieAttributes(settings, cookie), ...attributes };
  return serializeCookie(cookieName(settings, cookie), value, all);
}
