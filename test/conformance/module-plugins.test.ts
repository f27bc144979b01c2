import { describeScenarios } from './describe-scenarios.js';
import {
  changing,
  mobile,
  oneTaps,
  popups,
  preview,
  production,
  shaped,
  translations,
  wallet,
} from './scenarios/plugins/plugins-with-functions.js';
import { harmony, localization, waitlist } from './scenarios/plugins/third-party.js';
import { stripe } from './scenarios/plugins/stripe.js';
import { withProvider } from './social-options.js';

const MODULES = './test/conformance/modules';
const trusted = withProvider({}, { BETTER_AUTH_TRUSTED_ORIGINS: 'app://' }, { trustedOrigins: ['app://'] });

const PREVIEW = {
  variables: { BETTER_AUTH_TRUSTED_ORIGINS: 'https://preview.example' },
  options: { trustedOrigins: ['https://preview.example'] },
};

describeScenarios(
  'siwe, oauth-popup, one-tap, expo and i18n',
  { ...trusted, module: `${MODULES}/plugins-with-functions.mjs`, additionalFields: true },
  { wallet, popups, oneTaps, mobile, translations },
);

describeScenarios(
  'custom-session, and oauth-proxy on a preview deployment',
  { ...trusted, module: `${MODULES}/replacing-plugins.mjs` },
  { shaped, preview },
);

describeScenarios(
  'oauth-proxy in production',
  { ...withProvider({}, PREVIEW.variables, PREVIEW.options), module: `${MODULES}/oauth-proxy.mjs` },
  { production },
);

describeScenarios(
  'plugins that others publish',
  { module: `${MODULES}/third-party.mjs`, additionalFields: true },
  { harmony, localization, waitlist },
);

describeScenarios('hooks that change the request', { module: `${MODULES}/changing-hooks.mjs` }, { changing });

describeScenarios('stripe', { module: `${MODULES}/stripe.mjs`, additionalFields: true }, { stripe });
