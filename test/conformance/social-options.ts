import { CLIENT } from '../openid/certified-provider.js';
import type { OptionSet } from './pair.js';

const client = { clientId: CLIENT.id, clientSecret: CLIENT.secret };
const discoveryUrl = '{idp}/.well-known/openid-configuration';
const discovered = { ...client, discoveryUrl, scopes: ['openid', 'email', 'profile'] };

/** One provider by many names, each configured in its own way. */
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

const PRESENT = { ...client, issuer: '{idp}' };

/** Both servers know the same provider; `account` is Better Auth's option, `variables` says the same here. */
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
    socialProviders: { gitlab: PRESENT, paybin: { ...PRESENT, disableImplicitSignUp: true } },
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
