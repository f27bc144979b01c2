import { carriedParts, writeChunked } from './chunks.js';
import { type CookieAttributes, serializeCookie } from './serialize-cookie.js';
import { signValue } from './signed-value.js';

/** The logical names of protocol.md §2.1. */
export const COOKIES = [
  'session_token',
  'session_data',
  'account_data',
  'dont_remember',
  'state',
  'oauth_state',
] as const;
export type CookieKind = (typeof COOKIES)[number];

export type SessionCookie = Extract<CookieKind, 'session_token' | 'session_data' | 'dont_remember'>;

/** What is configured for one cookie. */
export interface CookieOverride {
  /** In place of prefix, dot and logical name; `__Secure-` still comes before it. */
  readonly name?: string;
  readonly attributes?: CookieAttributes;
}

export interface SessionCookieSettings {
  /** Without the dot, `better-auth` by default. */
  readonly prefix: string;
  /** Puts `__Secure-` before the names and `Secure` on the cookies. */
  readonly secure: boolean;
  /** The life of a remembered session in seconds. */
  readonly expiresIn: number;
  /** The life of session data in seconds, 300 by default. */
  readonly cacheMaxAge?: number;
  /** Set where subdomains share the cookies. */
  readonly domain?: string;
  /** Whether the state of a sign-in at a provider lies in a cookie alone, which signing out then ends. */
  readonly stateInCookie?: boolean;
  /** Whether a cookie holds the account that somebody signed in with, which signing out then ends. */
  readonly accountInCookie?: boolean;
  /** Over the built-in `Path=/; HttpOnly; SameSite=Lax` and the domain. */
  readonly attributes?: CookieAttributes;
  /** By logical name, over everything else. */
  readonly overrides?: Readonly<Partial<Record<CookieKind, CookieOverride>>>;
}

/** `[__Secure-]<prefix>.<logical name>` (protocol.md §2.1). */
export function cookieName(
  settings: Pick<SessionCookieSettings, 'prefix' | 'secure' | 'overrides'>,
  cookie: CookieKind,
): string {
  const name = settings.overrides?.[cookie]?.name || `${settings.prefix}.${cookie}`;
  return settings.secure ? `__Secure-${name}` : name;
}

/** Later wins: built-in, shared domain, configured for all, the cookie's life, configured for this one (protocol.md §2.2). */
export function cookieAttributes(settings: SessionCookieSettings, cookie: CookieKind): CookieAttributes {
  return {
    secure: settings.secure,
    sameSite: 'lax',
    path: '/',
    httpOnly: true,
    ...(settings.domain === undefined ? {} : { domain: settings.domain }),
    ...settings.attributes,
    ...lifeOf(settings, cookie),
    ...settings.overrides?.[cookie]?.attributes,
  };
}

function lifeOf(settings: SessionCookieSettings, cookie: CookieKind): CookieAttributes {
  if (cookie === 'session_token') return { maxAge: settings.expiresIn };
  if (cookie === 'state') return { maxAge: 300 };
  if (cookie === 'oauth_state') return { maxAge: 600 };
  const isData = cookie === 'session_data' || cookie === 'account_data';
  return isData ? { maxAge: settings.cacheMaxAge ?? 300 } : {};
}

/** The browser's half of a sign-in at a provider: a signed state, or all there is to know of it, encrypted. */
export type StateCookie = Extract<CookieKind, 'state' | 'oauth_state'>;

export function stateCookie(settings: SessionCookieSettings, cookie: StateCookie, value: string): string {
  return line(settings, cookie, value, {});
}

export function expiredStateCookie(settings: SessionCookieSettings, cookie: StateCookie): string {
  return line(settings, cookie, '', { maxAge: 0 });
}

/** The `Set-Cookie` line that signs a client in; without `remember` the browser drops it when it closes. */
export function sessionTokenCookie(
  settings: SessionCookieSettings,
  token: string,
  secret: string,
  { remember }: { readonly remember: boolean },
): string {
  const maxAge = remember ? settings.expiresIn : undefined;
  return line(settings, 'session_token', signValue(token, secret), { maxAge });
}

/** Says to later requests that the session's renewal must stay without `Max-Age`. */
export function dontRememberCookie(settings: SessionCookieSettings, secret: string): string {
  return line(settings, 'dont_remember', signValue('true', secret), {});
}

/** For a sign-in that is to be remembered in a browser that still holds the mark of one that was not. */
export function expiredDontRememberCookie(settings: SessionCookieSettings): string {
  return line(settings, 'dont_remember', '', { maxAge: 0 });
}

/**
 * The lines that put session data in the place of what the request carries of it.
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

/** The same for the account, which does not end with the browser. */
export function accountDataCookies(
  settings: SessionCookieSettings,
  value: string,
  carried: ReadonlyMap<string, string>,
): string[] {
  const attributes = cookieAttributes(settings, 'account_data');
  return writeChunked(cookieName(settings, 'account_data'), value, attributes, carried);
}

/** The account itself, and then each part of it that the request carries. */
export function expiredAccountData(
  settings: SessionCookieSettings,
  carried: ReadonlyMap<string, string>,
): string[] {
  const attributes = { ...cookieAttributes(settings, 'account_data'), maxAge: 0 };
  const name = cookieName(settings, 'account_data');
  return [name, ...carriedParts(name, carried)].map((part) => serializeCookie(part, '', attributes));
}

/** For session data that proved to be worth nothing. */
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
 * The deletion set of protocol.md §2.6 in its order: token, cache, account, state, the cache and its chunks as the request
 * carried them (so the cache itself comes twice), and the mark of a session not remembered. Other cookies
 * whose names start like the cache's stay, as in Better Auth 1.7.25.
 */
export function expiredCookies(
  settings: SessionCookieSettings,
  carried: ReadonlyMap<string, string>,
): string[] {
  return [
    line(settings, 'session_token', '', { maxAge: 0 }),
    expiredSessionDataCookie(settings),
    ...(settings.accountInCookie ? expiredAccountData(settings, carried) : []),
    ...(settings.stateInCookie ? [expiredStateCookie(settings, 'oauth_state')] : []),
    ...expiredSessionDataParts(settings, carried),
    expiredDontRememberCookie(settings),
  ];
}

function line(
  settings: SessionCookieSettings,
  cookie: CookieKind,
  value: string,
  attributes: CookieAttributes,
): string {
  const all = { ...cookieAttributes(settings, cookie), ...attributes };
  return serializeCookie(cookieName(settings, cookie), value, all);
}
