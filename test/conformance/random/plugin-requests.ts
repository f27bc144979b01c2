import fc from 'fast-check';
import { PLUGIN_BROWSERS } from './plugin-world.js';
import {
  follow,
  get,
  post,
  requestTo,
  ROUTES,
  sequencesOf,
  strictly,
  waitForMails,
  browsersOf,
  type Kind,
  type RandomRequest,
  type RandomStep,
  type Route,
} from './requests.js';

/** Fields that are optional on every route. */
const OPTIONAL = [
  'organizationId',
  'organizationSlug',
  'logo',
  'metadata',
  'keepCurrentActiveOrganization',
  'resend',
  'membersLimit',
  'limit',
  'offset',
  'sortDirection',
  'sortBy',
  'searchValue',
  'searchField',
  'searchOperator',
  'filterField',
  'filterValue',
  'filterOperator',
  'expiresIn',
  'prefix',
  'remaining',
  'enabled',
  'username',
  'displayUsername',
  'phoneNumber',
  'disableSession',
  'updatePhoneNumber',
  'scope',
  'user_id',
  'data',
  'banReason',
  'banExpiresIn',
  'issuer',
  'method',
  'rememberMe',
  'trustDevice',
  'image',
] as const;
/** Fields that are optional besides, or that these routes require. */
const OPTIONAL_AT: Readonly<Record<string, readonly string[]>> = {
  '/organization/create': [...OPTIONAL, 'userId'],
  '/organization/invite-member': [...OPTIONAL, 'teamId'],
  '/organization/leave': [],
  '/organization/delete': [],
  '/organization/get-active-member-role': [...OPTIONAL, 'userId'],
  '/admin/has-permission': [...OPTIONAL, 'userId'],
  '/admin/update-user': [],
  '/organization/update': ['organizationId'],
  '/organization/update-team': [],
  '/organization/update-role': ['organizationId'],
  '/api-key/create': [...OPTIONAL, 'userId', 'permissions'],
  '/api-key/update': [...OPTIONAL, 'userId', 'name'],
  '/sign-in/username': ['rememberMe'],
  '/is-username-available': [],
  '/sign-in/phone-number': ['rememberMe'],
  '/phone-number/send-otp': [],
  '/phone-number/verify': ['disableSession', 'updatePhoneNumber'],
  '/phone-number/request-password-reset': [],
  '/phone-number/reset-password': [],
  '/email-otp/request-email-change': ['otp'],
};
const withOptional = (route: Route): Route => ({ ...route, optional: OPTIONAL_AT[route.path] ?? OPTIONAL });

const paging = { limit: 'numberText', offset: 'numberText', sortDirection: 'direction' } as const;

/** The routes of each plugin, by the browser that may use them. */
const BY_BROWSER = {
  root: {
    setRole: post('/admin/set-role', { userId: 'person', role: 'roleOfUser' }),
    getUser: get('/admin/get-user', { id: 'person' }),
    createUser: post('/admin/create-user', {
      email: 'address',
      password: 'password',
      name: 'text',
      role: 'roleOfUser',
      data: 'userFields',
    }),
    updateUser: post('/admin/update-user', { userId: 'person', data: 'userFields' }),
    listUsers: get('/admin/list-users', {
      ...paging,
      searchValue: 'text',
      searchField: 'searchField',
      searchOperator: 'searchOperator',
      sortBy: 'sortOfUser',
      filterField: 'filterOfUser',
      filterValue: 'filterText',
      filterOperator: 'operator',
    }),
    listUserSessions: post('/admin/list-user-sessions', { userId: 'person' }),
    ban: post('/admin/ban-user', { userId: 'person', banReason: 'text', banExpiresIn: 'few' }),
    unban: post('/admin/unban-user', { userId: 'person' }),
    impersonate: post('/admin/impersonate-user', { userId: 'person' }),
    stopImpersonating: post('/admin/stop-impersonating'),
    revokeUserSession: post('/admin/revoke-user-session', { sessionToken: 'session' }),
    revokeUserSessions: post('/admin/revoke-user-sessions', { userId: 'person' }),
    removeUser: post('/admin/remove-user', { userId: 'person' }),
    setUserPassword: post('/admin/set-user-password', { userId: 'person', newPassword: 'password' }),
    hasPermission: post('/admin/has-permission', { userId: 'person', permissions: 'permissionsOfUser' }),
  },
  ada: {
    createOrganization: post('/organization/create', {
      name: 'text',
      slug: 'slug',
      logo: 'text',
      metadata: 'metadata',
      userId: 'person',
      keepCurrentActiveOrganization: 'flag',
    }),
    updateOrganization: post('/organization/update', {
      data: 'organizationFields',
      organizationId: 'organization',
    }),
    deleteOrganization: post('/organization/delete', { organizationId: 'organization' }),
    setActive: post('/organization/set-active', { organizationId: 'organization', organizationSlug: 'slug' }),
    getOrganization: get('/organization/get-organization', { organizationId: 'organization' }),
    getFullOrganization: get('/organization/get-full-organization', {
      organizationId: 'organization',
      organizationSlug: 'slug',
      membersLimit: 'numberText',
    }),
    listOrganizations: get('/organization/list'),
    checkSlug: post('/organization/check-slug', { slug: 'slug' }),
    invite: post('/organization/invite-member', {
      email: 'address',
      role: 'role',
      organizationId: 'organization',
      resend: 'flag',
      teamId: 'team',
    }),
    cancelInvitation: post('/organization/cancel-invitation', { invitationId: 'invitation' }),
    listInvitations: get('/organization/list-invitations', { organizationId: 'organization' }),
    getActiveMember: get('/organization/get-active-member'),
    getActiveMemberRole: get('/organization/get-active-member-role', {
      userId: 'person',
      organizationId: 'organization',
    }),
    removeMember: post('/organization/remove-member', {
      memberIdOrEmail: 'memberOrAddress',
      organizationId: 'organization',
    }),
    updateMemberRole: post('/organization/update-member-role', {
      memberId: 'member',
      role: 'role',
      organizationId: 'organization',
    }),
    listMembers: get('/organization/list-members', {
      ...paging,
      organizationId: 'organization',
      sortBy: 'sortOfUser',
      filterField: 'filterOfMember',
      filterValue: 'filterText',
      filterOperator: 'operator',
    }),
    createTeam: post('/organization/create-team', { name: 'text', organizationId: 'organization' }),
    listTeams: get('/organization/list-teams', { organizationId: 'organization' }),
    removeTeam: post('/organization/remove-team', { teamId: 'team', organizationId: 'organization' }),
    updateTeam: post('/organization/update-team', { teamId: 'team', data: 'teamFields' }),
    setActiveTeam: post('/organization/set-active-team', { teamId: 'team' }),
    addTeamMember: post('/organization/add-team-member', {
      teamId: 'team',
      userId: 'person',
      organizationId: 'organization',
    }),
    removeTeamMember: post('/organization/remove-team-member', {
      teamId: 'team',
      userId: 'person',
      organizationId: 'organization',
    }),
    listTeamMembers: get('/organization/list-team-members', { teamId: 'team' }),
    createRole: post('/organization/create-role', {
      role: 'newRole',
      permission: 'permission',
      organizationId: 'organization',
    }),
    listRoles: get('/organization/list-roles', { organizationId: 'organization' }),
    getRole: get('/organization/get-role', { roleName: 'newRole', organizationId: 'organization' }),
    updateRole: post('/organization/update-role', { roleName: 'newRole', data: 'roleFields' }),
    deleteRole: post('/organization/delete-role', { roleName: 'newRole' }),
    hasPermissionThere: post('/organization/has-permission', {
      permissions: 'permission',
      organizationId: 'organization',
    }),
    verifyEmailByCode: post('/email-otp/verify-email', { email: 'email', otp: 'code' }),
    requestEmailChange: post('/email-otp/request-email-change', { newEmail: 'email', otp: 'code' }),
    changeEmailByCode: post('/email-otp/change-email', { newEmail: 'email', otp: 'code' }),
    verifyPhone: post('/phone-number/verify', {
      phoneNumber: 'phone',
      code: 'code',
      disableSession: 'flag',
      updatePhoneNumber: 'flag',
    }),
    listDeviceSessions: get('/multi-session/list-device-sessions'),
    setActiveSession: post('/multi-session/set-active', { sessionToken: 'session' }),
    revokeDeviceSession: post('/multi-session/revoke', { sessionToken: 'session' }),
    generateOneTimeToken: get('/one-time-token/generate'),
    deviceOf: get('/device', { user_code: 'userCode' }),
    approveDevice: post('/device/approve', { userCode: 'userCode' }),
    denyDevice: post('/device/deny', { userCode: 'userCode' }),
    registerOptions: get('/passkey/generate-register-options', { name: 'text' }),
    verifyRegistration: post('/passkey/verify-registration', { response: 'credential', name: 'text' }),
    listPasskeys: get('/passkey/list-user-passkeys'),
    deletePasskey: post('/passkey/delete-passkey', { id: 'passkey' }),
    updatePasskey: post('/passkey/update-passkey', { id: 'passkey', name: 'text' }),
    createKey: post('/api-key/create', {
      name: 'keyName',
      expiresIn: 'seconds',
      prefix: 'prefix',
      metadata: 'metadata',
    }),
    createKeyForServers: post('/api-key/create', {
      remaining: 'count',
      permissions: 'permission',
      userId: 'person',
    }),
    getKey: get('/api-key/get', { id: 'key' }),
    updateKey: post('/api-key/update', {
      keyId: 'key',
      name: 'keyName',
      enabled: 'flag',
      expiresIn: 'seconds',
      metadata: 'metadata',
    }),
    deleteKey: post('/api-key/delete', { keyId: 'key' }),
    listKeys: get('/api-key/list', paging),
    enableFactor: post('/two-factor/enable', {
      password: 'password',
      method: 'factorMethod',
      issuer: 'text',
    }),
    updateNames: post('/update-user', { username: 'username', displayUsername: 'text' }),
    updateNumber: post('/update-user', { phoneNumber: 'phone' }),
  },
  bob: {
    acceptInvitation: post('/organization/accept-invitation', { invitationId: 'invitation' }),
    rejectInvitation: post('/organization/reject-invitation', { invitationId: 'invitation' }),
    getInvitation: get('/organization/get-invitation', { id: 'invitation' }),
    listUserInvitations: get('/organization/list-user-invitations'),
    listUserTeams: get('/organization/list-user-teams'),
    leave: post('/organization/leave', { organizationId: 'organization' }),
  },
  tess: {
    totpUri: post('/two-factor/get-totp-uri', { password: 'password' }),
    newBackupCodes: post('/two-factor/generate-backup-codes', { password: 'password' }),
    disableFactor: post('/two-factor/disable', { password: 'password' }),
  },
  half: {
    verifyTotp: post('/two-factor/verify-totp', { code: 'totp', trustDevice: 'flag' }),
    sendFactorCode: post('/two-factor/send-otp', { trustDevice: 'flag' }),
    verifyFactorCode: post('/two-factor/verify-otp', { code: 'code', trustDevice: 'flag' }),
    verifyBackupCode: post('/two-factor/verify-backup-code', {
      code: 'backupCode',
      disableSession: 'flag',
      trustDevice: 'flag',
    }),
  },
  guest: {
    deleteGuest: post('/delete-anonymous-user'),
  },
  stranger: {
    signUp: post('/sign-up/email', {
      name: 'text',
      email: 'email',
      password: 'password',
      username: 'username',
      displayUsername: 'text',
    }),
    signUpWithNumber: post('/sign-up/email', {
      name: 'text',
      email: 'email',
      password: 'password',
      phoneNumber: 'phone',
    }),
    signInWithPassword: post('/sign-in/email', {
      email: 'address',
      password: 'password',
      rememberMe: 'flag',
    }),
    signInByName: post('/sign-in/username', {
      username: 'username',
      password: 'password',
      rememberMe: 'flag',
      callbackURL: 'url',
    }),
    isNameFree: post('/is-username-available', { username: 'username' }),
    mailLink: post('/sign-in/magic-link', {
      email: 'email',
      name: 'text',
      callbackURL: 'url',
      newUserCallbackURL: 'url',
      errorCallbackURL: 'url',
    }),
    openLink: get('/magic-link/verify', {
      token: 'magic',
      callbackURL: 'url',
      newUserCallbackURL: 'url',
      errorCallbackURL: 'url',
    }),
    mailCode: post('/email-otp/send-verification-otp', { email: 'email', type: 'codeType' }),
    checkCode: post('/email-otp/check-verification-otp', { email: 'email', type: 'codeType', otp: 'code' }),
    signInByCode: post('/sign-in/email-otp', { email: 'email', otp: 'code', name: 'text', image: 'text' }),
    mailResetCode: post('/email-otp/request-password-reset', { email: 'email' }),
    forgetPassword: post('/forget-password/email-otp', { email: 'email' }),
    resetByCode: post('/email-otp/reset-password', { email: 'email', otp: 'code', password: 'password' }),
    signInByPhone: post('/sign-in/phone-number', {
      phoneNumber: 'phone',
      password: 'password',
      rememberMe: 'flag',
    }),
    textCode: post('/phone-number/send-otp', { phoneNumber: 'phone' }),
    textResetCode: post('/phone-number/request-password-reset', { phoneNumber: 'phone' }),
    resetByPhone: post('/phone-number/reset-password', {
      phoneNumber: 'phone',
      otp: 'code',
      newPassword: 'password',
    }),
    signInAsGuest: post('/sign-in/anonymous'),
    useOneTimeToken: post('/one-time-token/verify', { token: 'oneTime' }),
    askForDevice: post('/device/code', { client_id: 'client', scope: 'text', user_id: 'person' }),
    pollDevice: post('/device/token', {
      grant_type: 'grant',
      device_code: 'deviceCode',
      client_id: 'client',
    }),
    authenticateOptions: get('/passkey/generate-authenticate-options'),
    verifyAuthentication: post('/passkey/verify-authentication', { response: 'credential' }),
  },
} satisfies Partial<Record<(typeof PLUGIN_BROWSERS)[number], Record<string, Route>>>;

type Browser = keyof typeof BY_BROWSER;

const { root, ada, bob, half, stranger } = BY_BROWSER;

/** A well-formed request of a browser. */
const by = (browser: string, route: Route) =>
  requestTo(withOptional(route), { ...strictly, from: fc.constant(browser) });

const single: fc.Arbitrary<RandomRequest> = fc.oneof(
  ...(Object.keys(BY_BROWSER) as Browser[]).flatMap((browser) =>
    Object.values<Route>(BY_BROWSER[browser]).flatMap((route) => [
      by(browser, route),
      requestTo(route, { from: browsersOf(browser, PLUGIN_BROWSERS) }),
    ]),
  ),
);

/** Kinds that take what an earlier step of the flow has made. */
const OWN: Partial<Record<Kind, Kind>> = {
  code: 'ownCode',
  email: 'ownEmail',
  phone: 'ownPhone',
  deviceCode: 'ownDeviceCode',
  userCode: 'ownUserCode',
  key: 'ownKey',
};

const ownFields = (fields: Readonly<Record<string, Kind>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, OWN[kind] ?? kind]));

/** A well-formed request of a browser that follows the step before it. */
function next(browser: string, { body, query = {}, ...route }: Route) {
  const fields = { query: ownFields(query), ...(body ? { body: ownFields(body) } : {}) };
  return by(browser, { ...route, ...fields });
}

const session = (browser: string) => by(browser, ROUTES.getSession);

/** Sequences of requests that need each other. Single random requests would never reach their ends. */
const flows: fc.Arbitrary<readonly RandomStep[]> = fc.oneof(
  fc.tuple(next('stranger', stranger.mailLink), waitForMails, follow, session('stranger')),
  fc.tuple(
    next('stranger', stranger.mailCode),
    waitForMails,
    next('stranger', stranger.signInByCode),
    session('stranger'),
  ),
  fc.tuple(
    next('stranger', stranger.mailResetCode),
    waitForMails,
    next('stranger', stranger.resetByCode),
    next('stranger', stranger.signInWithPassword),
  ),
  fc.tuple(
    next('ada', ada.requestEmailChange),
    waitForMails,
    next('ada', ada.changeEmailByCode),
    session('ada'),
  ),
  fc.tuple(
    next('stranger', stranger.textCode),
    waitForMails,
    next('ada', ada.verifyPhone),
    next('stranger', stranger.signInByPhone),
  ),
  fc.tuple(
    next('stranger', stranger.textResetCode),
    waitForMails,
    next('stranger', stranger.resetByPhone),
    next('stranger', stranger.signInByPhone),
  ),
  fc.tuple(
    next('stranger', stranger.signInWithPassword),
    next('stranger', half.sendFactorCode),
    waitForMails,
    next('stranger', half.verifyFactorCode),
    session('stranger'),
  ),
  fc.tuple(next('half', half.verifyTotp), session('half'), next('half', BY_BROWSER.tess.newBackupCodes)),
  fc.tuple(next('half', half.verifyBackupCode), next('half', half.verifyBackupCode), session('half')),
  fc.tuple(next('ada', ada.enableFactor), next('stranger', stranger.signInWithPassword), session('ada')),
  fc.tuple(
    next('ada', ada.invite),
    waitForMails,
    next('bob', bob.acceptInvitation),
    next('tess', bob.acceptInvitation),
    next('ada', ada.listMembers),
  ),
  fc.tuple(
    next('ada', ada.createOrganization),
    next('ada', ada.createTeam),
    next('ada', ada.addTeamMember),
    next('ada', ada.getFullOrganization),
  ),
  fc.tuple(
    next('ada', ada.createRole),
    next('ada', ada.updateRole),
    next('ada', ada.updateMemberRole),
    next('ada', ada.listRoles),
  ),
  fc.tuple(
    next('root', root.ban),
    next('stranger', stranger.signInWithPassword),
    session('bob'),
    next('root', root.unban),
  ),
  fc.tuple(
    next('root', root.impersonate),
    session('root'),
    next('root', ada.createKey),
    next('root', root.stopImpersonating),
    session('root'),
  ),
  fc.tuple(
    next('root', root.createUser),
    next('stranger', stranger.signInWithPassword),
    next('root', root.listUsers),
  ),
  fc.tuple(
    next('stranger', stranger.askForDevice),
    next('ada', ada.deviceOf),
    next('ada', ada.approveDevice),
    next('stranger', stranger.pollDevice),
    session('stranger'),
  ),
  fc.tuple(
    next('ada', ada.generateOneTimeToken),
    next('stranger', stranger.useOneTimeToken),
    session('stranger'),
  ),
  fc.tuple(
    next('ada', ada.createKey),
    next('ada', ada.updateKey),
    next('ada', ada.getKey),
    next('ada', ada.listKeys),
  ),
  fc.tuple(next('guest', stranger.signUp), session('guest'), next('guest', ROUTES.signOut)),
  fc.tuple(
    next('stranger', stranger.signInAsGuest),
    next('stranger', stranger.signInByName),
    session('stranger'),
  ),
  fc.tuple(
    next('ada', ada.setActiveSession),
    session('ada'),
    next('ada', ada.revokeDeviceSession),
    session('ada'),
  ),
  fc.tuple(next('ada', ada.updateNames), next('stranger', stranger.signInByName)),
);

/** Requests for routes of all plugins. */
export const pluginSequences = sequencesOf(
  fc.oneof(
    { arbitrary: single.map((request): readonly RandomStep[] => [request]), weight: 4 },
    { arbitrary: flows, weight: 1 },
  ),
);
