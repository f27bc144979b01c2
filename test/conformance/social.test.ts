import { describeScenarios } from './describe-scenarios.js';
import { idTokens } from './scenarios/id-tokens.js';
import { explicit, linking } from './scenarios/linking.js';
import { implicit, inCookie, social, withAccountCookie } from './scenarios/social.js';
import { withProvider } from './social-options.js';

describeScenarios('sign-in with a provider', withProvider(), { ...social, linking, idTokens });

describeScenarios(
  'storeStateStrategy: cookie, updateAccountOnSignIn: false, encryptOAuthTokens',
  withProvider(
    { storeStateStrategy: 'cookie', updateAccountOnSignIn: false, encryptOAuthTokens: true },
    {
      ACCOUNT_STORE_STATE_STRATEGY: 'cookie',
      ACCOUNT_UPDATE_ACCOUNT_ON_SIGN_IN: 'false',
      ACCOUNT_ENCRYPT_OAUTH_TOKENS: 'true',
    },
  ),
  { inCookie },
);

describeScenarios(
  'storeAccountCookie, cookieCache',
  withProvider(
    { storeAccountCookie: true },
    { ACCOUNT_STORE_ACCOUNT_COOKIE: 'true', SESSION_COOKIE_CACHE_ENABLED: 'true' },
    { session: { cookieCache: { enabled: true } } },
  ),
  { withAccountCookie },
);

describeScenarios(
  'trustedProviders, allowDifferentEmails, updateUserInfoOnLink, requireLocalEmailVerified: false',
  withProvider(
    {
      accountLinking: {
        trustedProviders: ['acme', 'gitlab', 'plain'],
        allowDifferentEmails: true,
        updateUserInfoOnLink: true,
        requireLocalEmailVerified: false,
      },
    },
    {
      ACCOUNT_ACCOUNT_LINKING_TRUSTED_PROVIDERS: 'acme,gitlab,plain',
      ACCOUNT_ACCOUNT_LINKING_ALLOW_DIFFERENT_EMAILS: 'true',
      ACCOUNT_ACCOUNT_LINKING_UPDATE_USER_INFO_ON_LINK: 'true',
      ACCOUNT_ACCOUNT_LINKING_REQUIRE_LOCAL_EMAIL_VERIFIED: 'false',
    },
  ),
  { explicit, implicit },
);

describeScenarios(
  'accountLinking.enabled: false',
  withProvider({ accountLinking: { enabled: false } }, { ACCOUNT_ACCOUNT_LINKING_ENABLED: 'false' }),
  { explicit, implicit },
);

describeScenarios(
  'accountLinking.disableImplicitLinking',
  withProvider(
    { accountLinking: { disableImplicitLinking: true } },
    { ACCOUNT_ACCOUNT_LINKING_DISABLE_IMPLICIT_LINKING: 'true' },
  ),
  { explicit, implicit },
);
