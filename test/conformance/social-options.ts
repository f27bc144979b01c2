import { CLIENT } from '../openid/certified-provider.js';
import type { OptionSet } from './pair.js';

const client = { clientId: CLIENT.id, clientSecret: CLIENT.secret };
const discoveryUrl = '{idp}/.well-known/openid-configuration';
const discovered = { ...client, discoveryUrl, scopes: ['openid', 'email', 'profile'] };

/** The same provider under many ids. Each id has its own configuration. */
const GENERIC = [
  { ...discovered, providerId: 'acme' },
  { ...discovered, providerId: 'closed', disableSignUp: true },
  { ...discovered, providerId: 'asking', disableImplicitSignUp: true },
  { ...discovered, providerId: 'proven', requireEmailVerification: true },
  { ...discovered, providerId: 'overriding', overrideUserInfo: true },
  { ...discovered, providerId: 'beginning', allowIdpInitiated: true },
  { ...discovered, providerId: 'without-nonce', disableIdTokenNonceBinding: true, pkce: false },
  { ...discovered, providerId: 'quiet', disableProviderLogout: true },
  {
    ...discovered,
    providerId: 'particular',
    clientId: `${CLIENT.id}-basic`,
    authentication: 'basic',
    prompt: 'login',
    accessType: 'offline',
    responseMode: 'form_post',
    authorizationUrlParams: { acr_values: 'strong', scope: 'never' },
    tokenUrlParams: { resource: 'urn:none' },
    postLogoutRedirectURI: '/left',
  },
  {
    ...client,
    providerId: 'plain',
    authorizationUrl: '{idp}/auth',
    tokenUrl: '{idp}/token',
    userInfoUrl: '{idp}/me',
    scopes: ['openid', 'email', 'profile'],
  },
];

/** Options of a built-in provider whose issuer is the test's provider. */
const BUILT_IN = { ...client, issuer: '{idp}' };

/**
 * Configures both servers for the same provider.
 * @param account Better Auth's `account` option
 * @param variables the same settings as variables of Gatehouse
 */
export const withProvider = (
  account: Readonly<Record<string, unknown>> = {},
  variables: Readonly<Record<string, string>> = {},
  options: Readonly<Record<string, unknown>> = {},
): OptionSet => ({
  provider: true,
  options: {
    ...options,
    account,
    genericOAuth: { config: GENERIC },
    socialProviders: { gitlab: BUILT_IN, paybin: { ...BUILT_IN, disableImplicitSignUp: true } },
  },
  variables: {
    OIDC_PROVIDERS: JSON.stringify(GENERIC),
    GITLAB_CLIENT_ID: CLIENT.id,
    GITLAB_CLIENT_SECRET: CLIENT.secret,
    GITLAB_ISSUER: '{idp}',
    PAYBIN_CLIENT_ID: CLIENT.id,
    PAYBIN_CLIENT_SECRET: CLIENT.secret,
    PAYBIN_ISSUER: '{idp}',
    PAYBIN_DISABLE_IMPLICIT_SIGN_UP: 'true',
    ...variables,
  },
});
