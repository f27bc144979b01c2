import { flag, json, list, oneOf, secret, seconds, text, url } from '../values.js';
import { amount, is, time, type Row } from './option-rows.js';

/** How long the tokens for a scope live, in seconds or as a text such as `1h`. */
const expirations = json(
  '{"payments":"10m"}',
  (value): value is Readonly<Record<string, string | number>> =>
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => typeof each === 'string' || typeof each === 'number'),
);

const limits = (route: string): Readonly<Record<string, Row>> => ({
  [`rateLimit.${route}.window`]: time,
  [`rateLimit.${route}.max`]: amount,
});

/** The options of the plugin `oauth-provider` that are not code. */
export const OAUTH_PROVIDER = {
  loginPage: is(url),
  consentPage: is(url),
  'signup.page': is(url),
  scopes: is(list),
  'advertisedMetadata.scopes_supported': is(list),
  'advertisedMetadata.claims_supported': is(list),
  grantTypes: is(list),
  codeExpiresIn: time,
  accessTokenExpiresIn: time,
  m2mAccessTokenExpiresIn: time,
  idTokenExpiresIn: time,
  refreshTokenExpiresIn: time,
  refreshTokenReuseInterval: is(seconds(0)),
  assertionMaxLifetime: time,
  scopeExpirations: is(expirations),
  allowPublicClientPrelogin: is(flag),
  allowDynamicClientRegistration: is(flag),
  allowUnauthenticatedClientRegistration: is(flag),
  clientRegistrationDefaultScopes: is(list),
  clientRegistrationAllowedScopes: is(list),
  clientRegistrationRequirePKCE: is(flag),
  clientRegistrationClientSecretExpiration: is(text),
  clientRegistrationDefaultResources: is(list),
  clientRegistrationAllowedResources: is(list),
  resources: is(list),
  resourceSeedMode: is(oneOf('insertOnly', 'merge', 'overwrite')),
  enforcePerClientResources: is(flag),
  pairwiseSecret: is(secret),
  'prefix.opaqueAccessToken': is(text),
  'prefix.refreshToken': is(text),
  'prefix.clientSecret': is(text),
  ...limits('token'),
  ...limits('authorize'),
  ...limits('introspect'),
  ...limits('revoke'),
  ...limits('register'),
  ...limits('userinfo'),
} as const;
