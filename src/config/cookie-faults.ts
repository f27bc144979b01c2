import { SESSION_COOKIES, cookieName, logicalName } from '../cookies/session-cookies.js';
import type { ContributedCookie } from './contributed-cookie.js';
import type { Options } from './options.js';

/** One sentence for each name of a cookie that the settings give wrongly. */
export function cookieFaults(
  { advanced: { cookiePrefix: prefix, cookies: overrides } }: Options,
  contributed: readonly ContributedCookie[],
): string[] {
  const cookies = [...SESSION_COOKIES, ...contributed];
  const known = cookies.map(logicalName);
  const names = cookies.map((cookie) => cookieName({ prefix, overrides, secure: false }, cookie));
  const shared = names.find((name, index) => names.indexOf(name) !== index);
  return [
    ...Object.keys(overrides)
      .filter((cookie) => !known.includes(cookie))
      .map((cookie) => `ADVANCED_COOKIES: there is no cookie "${cookie}". Use one of ${known.join(', ')}.`),
    ...(shared === undefined
      ? []
      : [`ADVANCED_COOKIES gives two cookies the name ${shared}. Give each its own name.`]),
  ];
}
