import type { Config } from './config.js';
import type { SessionCookieSettings } from '../cookies/session-cookies.js';

/**
 * The configured names and attributes of the session's cookies
 * (src/cookies/protocol.md, "Names" and "Attributes").
 */
export function cookieSettings(config: Config): SessionCookieSettings {
  const { account, advanced, origin, secureCookies, session } = config;
  const { enabled, domain } = advanced.crossSubDomainCookies;
  return {
    prefix: advanced.cookiePrefix,
    secure: secureCookies,
    expiresIn: session.expiresIn,
    cacheMaxAge: session.cookieCache.maxAge,
    accountInCookie: account.storeAccountCookie,
    endingWithSession: config.cookies.filter(({ endsWithSession }) => endsWithSession?.(config)),
    ...(enabled ? { domain: domain ?? new URL(origin).hostname } : {}),
    attributes: advanced.defaultCookieAttributes,
    overrides: advanced.cookies,
  };
}
