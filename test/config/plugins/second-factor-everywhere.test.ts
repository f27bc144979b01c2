import { twoFactor } from 'better-auth/plugins';
import { askedEverywhere } from '../../../src/config/plugins/second-factor-everywhere.js';

const [hook] = askedEverywhere(twoFactor()).hooks?.after ?? [];
const asks = (path: string) => hook?.matcher({ path } as Parameters<typeof hook.matcher>[0]);

test.each([
  '/sign-in/email',
  '/sign-in/social',
  '/sign-in/email-otp',
  '/sign-in/of-another-plugin',
  '/callback/:id',
  '/callback/:id/oauth-proxy',
  '/oauth-proxy-callback',
  '/verify-email',
  '/email-otp/verify-email',
  '/magic-link/verify',
  '/phone-number/verify',
  '/one-tap/callback',
  '/siwe/verify',
  '/sso/callback',
  '/sso/callback/:providerId',
  '/sso/saml2/callback/:providerId',
  '/sso/saml2/sp/acs/:providerId',
])('%s asks for the second factor', (path) => {
  expect(asks(path)).toBe(true);
});

test.each([
  '/update-user',
  '/organization/set-active',
  '/passkey/verify-authentication',
  '/two-factor/verify-totp',
  '/multi-session/set-active',
  '/one-time-token/verify',
  '/device/token',
])('%s does not, because a session or a second factor stands behind it', (path) => {
  expect(asks(path)).toBe(false);
});
