import { CLIENT } from '../openid/certified-provider.js';
import { describeScenarios } from './describe-scenarios.js';
import type { OptionSet } from './pair.js';
import { encrypted, providerFaults, tokens, unlinking, unlinkingAll } from './scenarios/linked-accounts.js';

const client = { clientId: CLIENT.id, clientSecret: CLIENT.secret };
const idp = {
  providerId: 'idp',
  ...client,
  discoveryUrl: '{idp}/.well-known/openid-configuration',
  scopes: ['openid', 'email', 'profile'],
};

/** `idp` finds the test's provider by discovery, `gitlab` by its issuer. No scenario sends a request to `vercel`. */
const withProviders = (
  account: Record<string, unknown> = {},
  variables: Record<string, string> = {},
): OptionSet => ({
  provider: true,
  options: {
    account,
    genericOAuth: { config: [idp] },
    socialProviders: { gitlab: { ...client, issuer: '{idp}' }, vercel: client },
  },
  variables: {
    OIDC_PROVIDERS: JSON.stringify([idp]),
    GITLAB_CLIENT_ID: CLIENT.id,
    GITLAB_CLIENT_SECRET: CLIENT.secret,
    GITLAB_ISSUER: '{idp}',
    VERCEL_CLIENT_ID: CLIENT.id,
    VERCEL_CLIENT_SECRET: CLIENT.secret,
    ...variables,
  },
});

describeScenarios('provider tokens', withProviders(), { tokens, providerFaults, unlinking });

describeScenarios(
  'allowUnlinkingAll',
  withProviders(
    { accountLinking: { allowUnlinkingAll: true } },
    { ACCOUNT_ACCOUNT_LINKING_ALLOW_UNLINKING_ALL: 'true' },
  ),
  { unlinkingAll },
);

describeScenarios(
  'encryptOAuthTokens',
  withProviders({ encryptOAuthTokens: true }, { ACCOUNT_ENCRYPT_OAUTH_TOKENS: 'true' }),
  { encrypted },
);
