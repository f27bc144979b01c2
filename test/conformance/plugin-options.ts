import type { OptionSet } from './pair.js';
import { CONNECTIONS } from './scim-connections.js';

/** Every published plugin that Gatehouse can host and that needs no other server, with all their routes. */
export const ALL_PLUGINS: OptionSet = {
  options: {
    plugins: {
      admin: {},
      organization: { teams: { enabled: true }, dynamicAccessControl: { enabled: true } },
      'two-factor': { issuer: 'Example' },
      username: {},
      'magic-link': {},
      'email-otp': { changeEmail: { enabled: true } },
      'phone-number': {},
      anonymous: {},
      'multi-session': {},
      'one-time-token': {},
      'device-authorization': {},
      'last-login-method': {},
      'api-key': { enableMetadata: true },
      passkey: {},
    },
  },
  variables: {
    PLUGINS:
      'admin,organization,two-factor,username,magic-link,email-otp,phone-number,anonymous,multi-session,one-time-token,' +
      'device-authorization,last-login-method,api-key,passkey',
    ORGANIZATION_TEAMS_ENABLED: 'true',
    ORGANIZATION_DYNAMIC_ACCESS_CONTROL_ENABLED: 'true',
    TWO_FACTOR_ISSUER: 'Example',
    EMAIL_OTP_CHANGE_EMAIL_ENABLED: 'true',
    API_KEY_ENABLE_METADATA: 'true',
  },
  additionalFields: true,
};

/** The plugins that make this server an identity provider or a client of others. */
export const IDENTITY: OptionSet = {
  provider: true,
  options: {
    trustedOrigins: ['{idp}'],
    plugins: {
      'oauth-provider': {
        loginPage: '/login',
        consentPage: '/consent',
        allowPublicClientPrelogin: true,
        allowDynamicClientRegistration: true,
        allowUnauthenticatedClientRegistration: true,
      },
      sso: { saml: { enableSingleLogout: true } },
      scim: { connections: CONNECTIONS },
    },
  },
  variables: {
    PLUGINS: 'oauth-provider,sso,scim',
    OAUTH_PROVIDER_LOGIN_PAGE: '/login',
    OAUTH_PROVIDER_CONSENT_PAGE: '/consent',
    OAUTH_PROVIDER_ALLOW_PUBLIC_CLIENT_PRELOGIN: 'true',
    OAUTH_PROVIDER_ALLOW_DYNAMIC_CLIENT_REGISTRATION: 'true',
    OAUTH_PROVIDER_ALLOW_UNAUTHENTICATED_CLIENT_REGISTRATION: 'true',
    SSO_SAML_ENABLE_SINGLE_LOGOUT: 'true',
    SCIM_CONNECTIONS: JSON.stringify(CONNECTIONS),
    BETTER_AUTH_TRUSTED_ORIGINS: '{idp}',
  },
  additionalFields: true,
};

/** Every plugin. */
export const WITH_IDENTITY: OptionSet = {
  ...IDENTITY,
  saml: true,
  options: {
    ...IDENTITY.options,
    plugins: {
      ...(ALL_PLUGINS.options?.['plugins'] as object),
      ...(IDENTITY.options?.['plugins'] as object),
    },
  },
  variables: {
    ...ALL_PLUGINS.variables,
    ...IDENTITY.variables,
    PLUGINS: `${ALL_PLUGINS.variables?.['PLUGINS']},${IDENTITY.variables?.['PLUGINS']}`,
  },
};
