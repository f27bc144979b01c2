import { withQuery } from '../../http/with-query.js';

interface Challenge {
  readonly twoFactorRedirect?: unknown;
  readonly twoFactorMethods?: readonly string[];
}

/**
 * Where the browser goes if the second factor is missing after a sign-in that ends with a redirect, such as one at a provider
 * or by a mailed link. The page finds `twoFactorRedirect=true` and `twoFactorMethods` in its query.
 * @param target of the redirect without a second factor
 * @param text the answer of the plugin `two-factor`
 */
export function secondFactorRedirect(target: string | undefined, text: string): string | undefined {
  if (target === undefined || !text.startsWith('{"twoFactorRedirect":true')) return undefined;
  const { twoFactorMethods = [] } = JSON.parse(text) as Challenge;
  return withQuery(target, { twoFactorRedirect: 'true', twoFactorMethods: twoFactorMethods.join(',') });
}
