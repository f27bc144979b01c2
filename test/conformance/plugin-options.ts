import type { OptionSet } from './pair.js';

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
