import { cookieAttributes, cookieDomain, cookieOverrides, cookiePrefix } from './cookie-options.js';
import {
  duration,
  flag,
  flagOr,
  integer,
  list,
  oneOf,
  rateLimitRules,
  seconds,
  text,
  url,
  type Parser,
} from './values.js';
import { networks, paths } from './lists.js';
import { additionalFields } from './additional-fields.js';

/** An option of Better Auth: how its variable is read, and its default in Better Auth 1.7.25 (protocol.md §0.1). */
export interface Option<T> {
  readonly parse: Parser<T>;
  readonly fallback: T;
}

interface OptionalOption<T> {
  readonly parse: Parser<T>;
  /** What the README says in place of a default. */
  readonly otherwise: string;
}

const option = <T>(parse: Parser<T>, fallback: NoInfer<T>): Option<T> => ({ parse, fallback });
const optional = <T>(parse: Parser<T>, otherwise: string): OptionalOption<T> => ({ parse, otherwise });

const nothing: Readonly<Record<string, never>> = {};

/** By option path; the variable is the path's spelling, see `variableOf`. Times are seconds. */
export const OPTIONS = {
  'emailAndPassword.enabled': option(flag, true),
  'emailAndPassword.disableSignUp': option(flag, false),
  'emailAndPassword.autoSignIn': option(flag, true),
  'emailAndPassword.requireEmailVerification': option(flag, false),
  'emailAndPassword.minPasswordLength': option(integer(1, 128), 8),
  'emailAndPassword.maxPasswordLength': option(integer(1, 1024), 128),
  'emailAndPassword.resetPasswordTokenExpiresIn': option(seconds(1), 3600),
  'emailAndPassword.revokeSessionsOnPasswordReset': option(flag, false),
  'emailVerification.sendOnSignUp': optional(flag, 'as `emailAndPassword.requireEmailVerification`'),
  'emailVerification.sendOnSignIn': option(flag, false),
  'emailVerification.autoSignInAfterVerification': option(flag, false),
  'emailVerification.expiresIn': option(seconds(1), 3600),
  'user.changeEmail.enabled': option(flag, false),
  'user.changeEmail.updateEmailWithoutVerification': option(flag, false),
  'user.changeEmail.sendChangeEmailConfirmation': option(flag, false),
  'user.deleteUser.enabled': option(flag, false),
  'user.deleteUser.sendDeleteAccountVerification': option(flag, false),
  'user.deleteUser.deleteTokenExpiresIn': option(seconds(1), 86_400),
  'user.additionalFields': option(additionalFields, []),
  'session.expiresIn': option(seconds(1), 604_800),
  'session.updateAge': option(seconds(0), 86_400),
  'session.freshAge': option(seconds(0), 86_400),
  'session.disableSessionRefresh': option(flag, false),
  'session.deferSessionRefresh': option(flag, false),
  'session.cookieCache.enabled': option(flag, false),
  'session.cookieCache.maxAge': option(seconds(1), 300),
  'session.cookieCache.strategy': option(oneOf('compact', 'jwt', 'jwe'), 'compact'),
  'session.cookieCache.version': option(text, '1'),
  'session.additionalFields': option(additionalFields, []),
  'account.updateAccountOnSignIn': option(flag, true),
  'account.encryptOAuthTokens': option(flag, false),
  'account.storeAccountCookie': option(flag, false),
  'account.storeStateStrategy': option(oneOf('database', 'cookie'), 'database'),
  'account.skipStateCookieCheck': option(flag, false),
  'account.accountLinking.enabled': option(flag, true),
  'account.accountLinking.disableImplicitLinking': option(flag, false),
  'account.accountLinking.requireLocalEmailVerified': option(flag, true),
  'account.accountLinking.trustedProviders': option(list, []),
  'account.accountLinking.allowDifferentEmails': option(flag, false),
  'account.accountLinking.allowUnlinkingAll': option(flag, false),
  'account.accountLinking.updateUserInfoOnLink': option(flag, false),
  'verification.disableCleanup': option(flag, false),
  'verification.storeIdentifier': option(oneOf('plain', 'hashed'), 'plain'),
  'rateLimit.enabled': optional(flag, 'true in production'),
  'rateLimit.window': option(seconds(1), 10),
  'rateLimit.max': option(integer(1, 1_000_000), 100),
  'rateLimit.storage': optional(
    oneOf('memory', 'database', 'secondary-storage'),
    'memory, or Redis with `REDIS_URL`',
  ),
  'rateLimit.customRules': option(rateLimitRules, nothing),
  'advanced.useSecureCookies': optional(flag, 'whether the base URL is https'),
  'advanced.cookiePrefix': option(cookiePrefix, 'better-auth'),
  'advanced.crossSubDomainCookies.enabled': option(flag, false),
  'advanced.crossSubDomainCookies.domain': optional(cookieDomain, 'the base URL’s host'),
  'advanced.defaultCookieAttributes': option(cookieAttributes, nothing),
  'advanced.cookies': option(cookieOverrides, nothing),
  'advanced.disableCSRFCheck': optional(flag, 'as `advanced.disableOriginCheck`'),
  'advanced.disableOriginCheck': option(flagOr(paths), false),
  'advanced.skipTrailingSlashes': option(flag, false),
  'advanced.ipAddress.ipAddressHeaders': option(list, ['x-forwarded-for']),
  'advanced.ipAddress.trustedProxies': option(networks, []),
  'advanced.ipAddress.ipv6Subnet': option(integer(1, 128), 64),
  'advanced.ipAddress.disableIpTracking': option(flag, false),
  'advanced.database.defaultFindManyLimit': option(integer(1, 1_000_000), 100),
  'onAPIError.errorURL': optional(url, '`/error` of the server'),
  disabledPaths: option(paths, []),
  requireSignature: option(flag, false),
  disableSettingJwtHeader: option(flag, false),
  'jwt.expirationTime': option(duration, 900),
  'jwt.issuer': optional(text, 'the base URL'),
  'jwt.audience': optional(text, 'the base URL'),
  'jwt.definePayload': optional(list, 'every field of the user'),
  'jwks.rotationInterval': optional(seconds(60), 'keys are kept'),
  'jwks.gracePeriod': option(seconds(0), 2_592_000),
} satisfies Record<string, Option<unknown> | OptionalOption<unknown>>;

export type OptionPath = keyof typeof OPTIONS;

type ValueOf<O> = O extends Option<infer T> ? T : O extends OptionalOption<infer T> ? T | undefined : never;

type Nest<Path extends string, Value> = Path extends `${infer Head}.${infer Rest}`
  ? { readonly [Key in Head]: Nest<Rest, Value> }
  : { readonly [Key in Path]: Value };

type Intersection<Union> = (Union extends unknown ? (part: Union) => void : never) extends (
  whole: infer Whole,
) => void
  ? Whole
  : never;

/** The options as Better Auth nests them. */
export type Options = Intersection<{ [P in OptionPath]: Nest<P, ValueOf<(typeof OPTIONS)[P]>> }[OptionPath]>;

/** `session.cookieCache.maxAge` is `SESSION_COOKIE_CACHE_MAX_AGE`. */
export function variableOf(path: string): string {
  return path
    .replaceAll('OAuth', 'Oauth')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase();
}

/** Nests the values of the paths; a path without a value gets the option's default. */
export function nestOptions(values: ReadonlyMap<string, unknown>): Options {
  const root: Record<string, unknown> = {};
  for (const [path, declared] of Object.entries(OPTIONS)) {
    const fallback = 'fallback' in declared ? declared.fallback : undefined;
    const keys = path.split('.');
    const last = keys.pop() ?? path;
    let parent = root;
    for (const key of keys) parent = (parent[key] ??= {}) as Record<string, unknown>;
    parent[last] = values.has(path) ? values.get(path) : fallback;
  }
  return root as Options;
}
