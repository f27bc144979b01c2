import type { OptionSet } from '../pair.js';

const USER_FIELDS = {
  nickname: { type: 'string', required: false },
  role: { type: 'string', required: false, input: false, defaultValue: 'member' },
  score: { type: 'number', required: false },
  hidden: { type: 'string', required: false, returned: false },
};
const SESSION_FIELDS = { device: { type: 'string', required: false } };

/** The configurations under which random sequences run. `cookie` is the name of the session cookie. */
export const RANDOM_SETS: readonly (OptionSet & { readonly name: string; readonly cookie: string })[] = [
  { name: 'defaults', cookie: 'better-auth.session_token' },
  {
    name: 'everything on',
    cookie: 'better-auth.session_token',
    options: {
      trustedOrigins: ['https://*.example.com', 'myapp://'],
      emailAndPassword: { revokeSessionsOnPasswordReset: true },
      emailVerification: { sendOnSignUp: true, autoSignInAfterVerification: true },
      user: {
        changeEmail: { enabled: true, sendChangeEmailConfirmation: true },
        deleteUser: { enabled: true },
        additionalFields: USER_FIELDS,
      },
      session: { additionalFields: SESSION_FIELDS },
    },
    variables: {
      BETTER_AUTH_TRUSTED_ORIGINS: 'https://*.example.com,myapp://',
      EMAIL_AND_PASSWORD_REVOKE_SESSIONS_ON_PASSWORD_RESET: 'true',
      EMAIL_VERIFICATION_SEND_ON_SIGN_UP: 'true',
      EMAIL_VERIFICATION_AUTO_SIGN_IN_AFTER_VERIFICATION: 'true',
      USER_CHANGE_EMAIL_ENABLED: 'true',
      USER_CHANGE_EMAIL_SEND_CHANGE_EMAIL_CONFIRMATION: 'true',
      USER_DELETE_USER_ENABLED: 'true',
      USER_ADDITIONAL_FIELDS: JSON.stringify(USER_FIELDS),
      SESSION_ADDITIONAL_FIELDS: JSON.stringify(SESSION_FIELDS),
    },
    additionalFields: true,
  },
  {
    name: 'verified only, sessions in a cookie',
    cookie: 'better-auth.session_token',
    options: {
      emailAndPassword: { requireEmailVerification: true },
      emailVerification: { sendOnSignIn: true },
      user: {
        changeEmail: { enabled: true },
        deleteUser: { enabled: true, sendDeleteAccountVerification: true },
      },
      session: { cookieCache: { enabled: true } },
    },
    variables: {
      EMAIL_AND_PASSWORD_REQUIRE_EMAIL_VERIFICATION: 'true',
      EMAIL_VERIFICATION_SEND_ON_SIGN_IN: 'true',
      USER_CHANGE_EMAIL_ENABLED: 'true',
      USER_DELETE_USER_ENABLED: 'true',
      USER_DELETE_USER_SEND_DELETE_ACCOUNT_VERIFICATION: 'true',
      SESSION_COOKIE_CACHE_ENABLED: 'true',
    },
  },
  {
    name: 'deferred refresh, sealed cookies',
    cookie: '__Secure-app.session_token',
    options: {
      advanced: { useSecureCookies: true, cookiePrefix: 'app' },
      emailAndPassword: { autoSignIn: false },
      user: {
        changeEmail: { enabled: true, updateEmailWithoutVerification: true },
        deleteUser: { enabled: true },
      },
      session: { deferSessionRefresh: true, cookieCache: { enabled: true, strategy: 'jwe' } },
      verification: { storeIdentifier: 'hashed' },
    },
    variables: {
      ADVANCED_USE_SECURE_COOKIES: 'true',
      ADVANCED_COOKIE_PREFIX: 'app',
      EMAIL_AND_PASSWORD_AUTO_SIGN_IN: 'false',
      USER_CHANGE_EMAIL_ENABLED: 'true',
      USER_CHANGE_EMAIL_UPDATE_EMAIL_WITHOUT_VERIFICATION: 'true',
      USER_DELETE_USER_ENABLED: 'true',
      SESSION_DEFER_SESSION_REFRESH: 'true',
      SESSION_COOKIE_CACHE_ENABLED: 'true',
      SESSION_COOKIE_CACHE_STRATEGY: 'jwe',
      VERIFICATION_STORE_IDENTIFIER: 'hashed',
    },
  },
];
