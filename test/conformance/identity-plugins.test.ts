import { describeScenarios } from './describe-scenarios.js';
import * as scim from './scenarios/plugins/scim.js';
import { CONNECTIONS, MANAGED_SECRET } from './scim-connections.js';
import {
  domains,
  hostileAssertions,
  hostileClaims,
  openId,
  providers,
  samlSignIn,
  samlStrict,
} from './scenarios/plugins/sso.js';
import { clients, discovery, ending, flow } from './scenarios/plugins/oauth-provider.js';
import { withProvider } from './social-options.js';

describeScenarios(
  'oauth-provider',
  {
    options: {
      plugins: { 'oauth-provider': { loginPage: '/login', consentPage: '/consent' } },
    },
    variables: {
      PLUGINS: 'oauth-provider',
      OAUTH_PROVIDER_LOGIN_PAGE: '/login',
      OAUTH_PROVIDER_CONSENT_PAGE: '/consent',
    },
    additionalFields: true,
  },
  { discovery, clients, flow, ending },
);

describeScenarios(
  'sso',
  {
    saml: true,
    ...withProvider(),
    options: {
      ...withProvider().options,
      trustedOrigins: ['{idp}'],
      plugins: { sso: { saml: { allowIdpInitiated: true, enableSingleLogout: true } }, organization: {} },
    },
    variables: {
      ...withProvider().variables,
      PLUGINS: 'sso,organization',
      SSO_SAML_ALLOW_IDP_INITIATED: 'true',
      SSO_SAML_ENABLE_SINGLE_LOGOUT: 'true',
      BETTER_AUTH_TRUSTED_ORIGINS: '{idp}',
    },
    additionalFields: true,
  },
  { providers, openId, hostileClaims, samlSignIn, samlStrict, hostileAssertions },
);

describeScenarios(
  'sso with verified domains',
  {
    provider: true,
    dns: true,
    options: { trustedOrigins: ['{idp}'], plugins: { sso: { domainVerification: { enabled: true } } } },
    variables: {
      PLUGINS: 'sso',
      SSO_DOMAIN_VERIFICATION_ENABLED: 'true',
      BETTER_AUTH_TRUSTED_ORIGINS: '{idp}',
    },
    additionalFields: true,
  },
  { domains },
);

describeScenarios(
  'scim',
  {
    options: {
      plugins: {
        scim: { connections: CONNECTIONS, managedConnections: { credentialHashSecret: MANAGED_SECRET } },
      },
    },
    variables: {
      PLUGINS: 'scim',
      SCIM_CONNECTIONS: JSON.stringify(CONNECTIONS),
      SCIM_MANAGED_CONNECTIONS_CREDENTIAL_HASH_SECRET: MANAGED_SECRET,
    },
    additionalFields: true,
  },
  {
    discovery: scim.discovery,
    users: scim.users,
    groups: scim.groups,
    managedConnections: scim.managedConnections,
  },
);
