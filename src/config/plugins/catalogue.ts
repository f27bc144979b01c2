import { optionTable, type AnyOptionTable } from '../option-table.js';
import { flag, integer, list, oneOf, text } from '../values.js';
import { OAUTH_PROVIDER } from './oauth-provider.js';
import { amount, is, time, type Row } from './option-rows.js';
import { SCIM, scimCode } from './scim.js';
import { SSO } from './sso.js';
import type { PluginSenders } from './plugin-senders.js';

/** A published plugin that `PLUGINS` can name. */
export interface KnownPlugin {
  /** The name in `PLUGINS`. */
  readonly id: string;
  /** The plugin's own `id`, if it differs. */
  readonly ownId?: string;
  readonly package: string;
  readonly exported: string;
  /** The first part of its option paths: `twoFactor` for `TWO_FACTOR_ISSUER`. */
  readonly root: string;
  readonly options: AnyOptionTable;
  /** Options without which the plugin does not work, though it may start. */
  readonly needs?: readonly string[];
  /** The plugin's options that are code, such as those that send mails. */
  readonly code?: (
    senders: PluginSenders,
    load: (name: string) => unknown,
  ) => Readonly<Record<string, unknown>>;
}

const PUBLISHED = 'better-auth/plugins';

function known(
  id: string,
  exported: string,
  rows: Readonly<Record<string, Row>>,
  more: Pick<KnownPlugin, 'code' | 'ownId' | 'needs'> & { readonly package?: string } = {},
): KnownPlugin {
  const root = id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const paths = Object.entries(rows).map(([path, row]) => [`${root}.${path}`, row] as const);
  return { id, exported, root, package: PUBLISHED, options: optionTable(Object.fromEntries(paths)), ...more };
}

const ORGANIZATION = {
  allowUserToCreateOrganization: is(flag),
  organizationLimit: amount,
  creatorRole: is(text),
  membershipLimit: amount,
  invitationLimit: amount,
  invitationExpiresIn: time,
  cancelPendingInvitationsOnReInvite: is(flag),
  requireEmailVerificationOnInvitation: is(flag),
  disableOrganizationDeletion: is(flag),
  'dynamicAccessControl.enabled': is(flag),
  'dynamicAccessControl.maximumRolesPerOrganization': amount,
  'teams.enabled': is(flag),
  'teams.defaultTeam.enabled': is(flag),
  'teams.maximumTeams': amount,
  'teams.maximumMembersPerTeam': amount,
  'teams.allowRemovingAllTeams': is(flag),
} as const;

const TWO_FACTOR = {
  issuer: is(text),
  skipVerificationOnEnable: is(flag),
  allowPasswordless: is(flag),
  twoFactorCookieMaxAge: time,
  trustDeviceMaxAge: time,
  'totpOptions.digits': is(integer(6, 8)),
  'totpOptions.period': time,
  'totpOptions.disable': is(flag),
  'otpOptions.period': is(integer(1, 1440, 'minutes')),
  'otpOptions.digits': is(integer(4, 10)),
  'otpOptions.allowedAttempts': amount,
  'otpOptions.storeOTP': is(oneOf('plain', 'encrypted', 'hashed')),
  'backupCodeOptions.amount': is(integer(1, 100)),
  'backupCodeOptions.length': is(integer(6, 64)),
  'backupCodeOptions.storeBackupCodes': is(oneOf('plain', 'encrypted')),
  'accountLockout.enabled': is(flag),
  'accountLockout.maxFailedAttempts': amount,
  'accountLockout.durationSeconds': time,
} as const;

const API_KEY = {
  apiKeyHeaders: is(list),
  references: is(oneOf('user', 'organization')),
  enableSessionForAPIKeys: is(flag),
  enableMetadata: is(flag),
  requireName: is(flag),
  disableKeyHashing: is(flag),
  deferUpdates: is(flag),
  defaultKeyLength: is(integer(16, 256)),
  defaultPrefix: is(text),
  minimumPrefixLength: amount,
  maximumPrefixLength: amount,
  minimumNameLength: amount,
  maximumNameLength: amount,
  'startingCharactersConfig.shouldStore': is(flag),
  'startingCharactersConfig.charactersLength': amount,
  'keyExpiration.defaultExpiresIn': time,
  'keyExpiration.disableCustomExpiresTime': is(flag),
  'keyExpiration.minExpiresIn': amount,
  'keyExpiration.maxExpiresIn': amount,
  'rateLimit.enabled': is(flag),
  'rateLimit.timeWindow': is(integer(1, 31_536_000_000, 'milliseconds')),
  'rateLimit.maxRequests': amount,
} as const;

/** The plugins that `PLUGINS` can name, with their options that are not code. */
export const KNOWN_PLUGINS: readonly KnownPlugin[] = [
  known('admin', 'admin', {
    defaultRole: is(text),
    adminRoles: is(list),
    adminUserIds: is(list),
    defaultBanReason: is(text),
    defaultBanExpiresIn: time,
    bannedUserMessage: is(text),
    impersonationSessionDuration: time,
    allowImpersonatingAdmins: is(flag),
  }),
  known('organization', 'organization', ORGANIZATION, {
    code: (senders, load) => ({
      sendInvitationEmail: senders.invitation,
      // Without it, the plugin refuses to store roles.
      ac: (load('better-auth/plugins/organization/access') as { defaultAc: unknown }).defaultAc,
    }),
  }),
  known('two-factor', 'twoFactor', TWO_FACTOR, {
    code: (senders) => ({ otpOptions: { sendOTP: senders.twoFactorCode } }),
  }),
  known('username', 'username', {
    minUsernameLength: amount,
    maxUsernameLength: amount,
    immutableUsername: is(flag),
    displayUsername: is(flag),
  }),
  known(
    'magic-link',
    'magicLink',
    {
      expiresIn: time,
      allowedAttempts: amount,
      disableSignUp: is(flag),
      storeToken: is(oneOf('plain', 'hashed')),
      'rateLimit.window': time,
      'rateLimit.max': amount,
    },
    { code: (senders) => ({ sendMagicLink: senders.magicLink }) },
  ),
  known(
    'email-otp',
    'emailOTP',
    {
      otpLength: is(integer(4, 10)),
      expiresIn: time,
      sendVerificationOnSignUp: is(flag),
      disableSignUp: is(flag),
      allowedAttempts: amount,
      storeOTP: is(oneOf('plain', 'encrypted', 'hashed')),
      resendStrategy: is(oneOf('rotate', 'reuse')),
      'changeEmail.enabled': is(flag),
      'changeEmail.verifyCurrentEmail': is(flag),
      'rateLimit.window': time,
      'rateLimit.max': amount,
    },
    { code: (senders) => ({ sendVerificationOTP: senders.emailCode }) },
  ),
  known(
    'phone-number',
    'phoneNumber',
    {
      otpLength: is(integer(4, 10)),
      expiresIn: time,
      requireVerification: is(flag),
      allowedAttempts: amount,
    },
    {
      code: (senders) => ({
        sendOTP: senders.phoneCode,
        sendPasswordResetOTP: senders.phoneResetCode,
      }),
    },
  ),
  known('anonymous', 'anonymous', { emailDomainName: is(text), disableDeleteAnonymousUser: is(flag) }),
  known('multi-session', 'multiSession', { maximumSessions: amount }),
  known('one-time-token', 'oneTimeToken', {
    expiresIn: is(integer(1, 1440, 'minutes')),
    disableClientRequest: is(flag),
    disableSetSessionCookie: is(flag),
    storeToken: is(oneOf('plain', 'hashed')),
    setOttHeaderOnNewSession: is(flag),
  }),
  known('device-authorization', 'deviceAuthorization', {
    expiresIn: is(text),
    interval: is(text),
    deviceCodeLength: amount,
    userCodeLength: amount,
    verificationUri: is(text),
  }),
  known('last-login-method', 'lastLoginMethod', {
    cookieName: is(text),
    maxAge: time,
    storeInDatabase: is(flag),
  }),
  known(
    'haveibeenpwned',
    'haveIBeenPwned',
    { customPasswordCompromisedMessage: is(text), paths: is(list), enabled: is(flag) },
    { ownId: 'have-i-been-pwned' },
  ),
  known('captcha', 'captcha', {
    provider: is(oneOf('cloudflare-turnstile', 'google-recaptcha', 'hcaptcha', 'captchafox')),
    secretKey: is(text),
    endpoints: is(list),
    siteVerifyURLOverride: is(text),
    siteKey: is(text),
    expectedAction: is(text),
    allowedHostnames: is(list),
  }),
  known(
    'passkey',
    'passkey',
    {
      rpID: is(text),
      rpName: is(text),
      origin: is(list),
      'authenticatorSelection.authenticatorAttachment': is(oneOf('platform', 'cross-platform')),
      'authenticatorSelection.residentKey': is(oneOf('discouraged', 'preferred', 'required')),
      'authenticatorSelection.userVerification': is(oneOf('discouraged', 'preferred', 'required')),
      'advanced.webAuthnChallengeCookie': is(text),
    },
    { package: '@better-auth/passkey' },
  ),
  known('api-key', 'apiKey', API_KEY, { package: '@better-auth/api-key' }),
  known('oauth-provider', 'oauthProvider', OAUTH_PROVIDER, {
    package: '@better-auth/oauth-provider',
    needs: ['loginPage', 'consentPage'],
  }),
  known('sso', 'sso', SSO, { package: '@better-auth/sso' }),
  known('scim', 'scim', SCIM, { package: '@better-auth/scim', code: scimCode }),
];
