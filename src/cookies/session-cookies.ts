import { carriedParts, writeChunked } from './chunks.js';
import { type CookieAttributes, serializeCookie } from './serialize-cookie.js';
import { signValue } from './signed-value.js';

/** Logical cookie names (protocol.md §2.1). */
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
  /** True if a cookie alone holds the state of a sign-in at a provider. Signing out then expires that cookie. */
  readonly stateInCookie?: boolean;
  /** True if a cookie holds the account the user signed in with. Signing out then expires that cookie. */
  readonly accountInCookie?: boolean;
  /** For every cookie. Override the built-in `Path=/; HttpOnly; SameSite=Lax` and the domain. */
  readonly attributes?: CookieAttributes;
  /** By logical name. They override everything else. */
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

/**
 * Later entries override earlier ones: built-in, shared domain, all cookies, the cookie's life, this cookie
 * (protocol.md §2.2).
 */
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

/**
 * The cookies that tie a sign-in at a provider to this browser: `state` is signed, `oauth_state` holds all data
 * encrypted.
 */
export type StateCookie = Extract<CookieKind, 'state' | 'oauth_state'>;

export function stateCookie(settings: SessionCookieSettings, cookie: StateCookie, value: string): string {
  return line(settings, cookie, value, {});
}

export function expiredStateCookie(settings: SessionCookieSettings, cookie: StateCookie): string {
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
 * The deletion set in the order of protocol.md §2.6: token, session data, account, state, each part of the session data
 * that the request carries (so the session data comes twice), and the mark of a session not remembered. Other cookies
 * whose names begin like the session data's are kept, as in Better Auth 1.7.25.
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
