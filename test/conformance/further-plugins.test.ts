import { describeScenarios } from './describe-scenarios.js';
import { apiKey, apiKeyLimits, apiKeySessions, passkey } from './scenarios/plugins/api-key.js';
import {
  anonymous,
  breached,
  captcha,
  device,
  lastLogin,
  multiSession,
  oneTimeToken,
  phone,
} from './scenarios/plugins/further-plugins.js';

describeScenarios(
  'phone-number, anonymous, multi-session, one-time-token, device-authorization and last-login-method',
  {
    options: {
      plugins: {
        'phone-number': {},
        anonymous: {},
        'multi-session': {},
        'one-time-token': {},
        'device-authorization': {},
        'last-login-method': { storeInDatabase: true },
        haveibeenpwned: { enabled: false },
      },
    },
    variables: {
      PLUGINS:
        'phone-number,anonymous,multi-session,one-time-token,device-authorization,last-login-method,haveibeenpwned',
      LAST_LOGIN_METHOD_STORE_IN_DATABASE: 'true',
      HAVEIBEENPWNED_ENABLED: 'false',
    },
    additionalFields: true,
  },
  { phone, anonymous, multiSession, oneTimeToken, device, lastLogin },
);

describeScenarios(
  'captcha and haveibeenpwned',
  {
    outside: true,
    options: {
      plugins: {
        captcha: { provider: 'hcaptcha', secretKey: 'secret', endpoints: ['/sign-up/email'] },
        haveibeenpwned: {},
      },
    },
    variables: {
      PLUGINS: 'captcha,haveibeenpwned',
      CAPTCHA_PROVIDER: 'hcaptcha',
      CAPTCHA_SECRET_KEY: 'secret',
      CAPTCHA_ENDPOINTS: '/sign-up/email',
    },
  },
  { captcha, breached },
);

describeScenarios(
  'api-key and passkey',
  {
    options: { plugins: { 'api-key': {}, passkey: {} } },
    variables: { PLUGINS: 'api-key,passkey' },
    additionalFields: true,
  },
  { apiKey, passkey },
);

describeScenarios(
  'api-key with keys that act as sessions',
  {
    options: { plugins: { 'api-key': { enableSessionForAPIKeys: true, rateLimit: { maxRequests: 1000 } } } },
    variables: {
      PLUGINS: 'api-key',
      API_KEY_ENABLE_SESSION_FOR_API_KEYS: 'true',
      API_KEY_RATE_LIMIT_MAX_REQUESTS: '1000',
    },
    additionalFields: true,
  },
  { apiKeySessions },
);

describeScenarios(
  'api-key with three requests for a key',
  {
    options: { plugins: { 'api-key': { enableSessionForAPIKeys: true, rateLimit: { maxRequests: 3 } } } },
    variables: {
      PLUGINS: 'api-key',
      API_KEY_ENABLE_SESSION_FOR_API_KEYS: 'true',
      API_KEY_RATE_LIMIT_MAX_REQUESTS: '3',
    },
    additionalFields: true,
  },
  { apiKeyLimits },
);
