import { describeScenarios } from './describe-scenarios.js';
import { admin } from './scenarios/plugins/admin.js';
import { organization } from './scenarios/plugins/organization.js';
import { emailOtp, magicLink, twoFactor, username } from './scenarios/plugins/sign-in-plugins.js';

describeScenarios(
  'admin, organization, two-factor, username, magic-link and email-otp',
  {
    options: {
      plugins: {
        admin: {},
        organization: { teams: { enabled: true }, dynamicAccessControl: { enabled: true } },
        'two-factor': { issuer: 'Example' },
        username: {},
        'magic-link': {},
        'email-otp': {},
      },
    },
    variables: {
      PLUGINS: 'admin,organization,two-factor,username,magic-link,email-otp',
      ORGANIZATION_TEAMS_ENABLED: 'true',
      ORGANIZATION_DYNAMIC_ACCESS_CONTROL_ENABLED: 'true',
      TWO_FACTOR_ISSUER: 'Example',
    },
    additionalFields: true,
  },
  { admin, organization, twoFactor, username, magicLink, emailOtp },
);
