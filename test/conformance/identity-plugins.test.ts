import { describeScenarios } from './describe-scenarios.js';
import { clients, discovery, ending, flow } from './scenarios/plugins/oauth-provider.js';

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
