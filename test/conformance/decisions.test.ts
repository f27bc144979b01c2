import { describeScenarios } from './describe-scenarios.js';
import { decisions, limits, synthetic } from './scenarios/decisions.js';
import { withProvider } from './social-options.js';

const module = './test/conformance/modules/decisions.mjs';

describeScenarios('functions that decide about a request', { ...withProvider(), module }, { decisions });

describeScenarios(
  'customSyntheticUser',
  {
    module,
    options: { emailAndPassword: { autoSignIn: false } },
    variables: { EMAIL_AND_PASSWORD_AUTO_SIGN_IN: 'false' },
  },
  { synthetic },
);

describeScenarios(
  'functions that limit requests',
  { module, options: { rateLimit: { enabled: true } }, variables: { RATE_LIMIT_ENABLED: 'true' } },
  { limits },
);
