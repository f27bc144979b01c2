import { describeScenarios } from './describe-scenarios.js';
import { changePassword, hashedIdentifiers, resetPassword, revokingReset } from './scenarios/passwords.js';

describeScenarios('passwords', {}, { changePassword, resetPassword });

describeScenarios(
  'revokeSessionsOnPasswordReset',
  {
    options: { emailAndPassword: { revokeSessionsOnPasswordReset: true, resetPasswordTokenExpiresIn: 60 } },
    variables: {
      EMAIL_AND_PASSWORD_REVOKE_SESSIONS_ON_PASSWORD_RESET: 'true',
      EMAIL_AND_PASSWORD_RESET_PASSWORD_TOKEN_EXPIRES_IN: '60',
    },
  },
  { revokingReset },
);

describeScenarios(
  'storeIdentifier: hashed',
  {
    options: { verification: { storeIdentifier: 'hashed' } },
    variables: { VERIFICATION_STORE_IDENTIFIER: 'hashed' },
  },
  { hashedIdentifiers },
);
