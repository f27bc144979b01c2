import fc from 'fast-check';
import { ENTERPRISE, TYPE } from '../scenarios/plugins/scim.js';
import { IDENTITY_BROWSERS } from './identity-world.js';
import {
  browsersOf,
  get,
  post,
  requestTo,
  ROUTES,
  sequencesOf,
  strictly,
  throughPages,
  type Kind,
  type RandomRequest,
  type RandomStep,
  type Route,
} from './requests.js';

type Browser = (typeof IDENTITY_BROWSERS)[number];

const SCIM = '/scim/v2';
/** A directory has no cookies and no origin. */
const bearer = (token: string) => ({ origin: undefined, authorization: `Bearer ${token}` });
const acme = { ...bearer('token-of-acme'), 'content-type': TYPE };

type Rest = Partial<Pick<Route, 'id' | 'body' | 'query' | 'optional'>>;

const scim = (method: Route['method'], path: string, rest: Rest = {}): Route => ({
  method,
  path: SCIM + path,
  headers: rest.body ? acme : bearer('token-of-acme'),
  ...rest,
});

const userBody = {
  schemas: 'userSchemas',
  userName: 'userName',
  externalId: 'externalId',
  name: 'personName',
  displayName: 'text',
  emails: 'emails',
  phoneNumbers: 'phoneNumbers',
  [ENTERPRISE]: 'enterprise',
  active: 'flag',
} as const;
const groupBody = {
  schemas: 'groupSchemas',
  displayName: 'groupName',
  externalId: 'externalId',
  members: 'members',
} as const;
const page = {
  startIndex: 'startIndex',
  count: 'pageSize',
  attributes: 'attributes',
  excludedAttributes: 'attributes',
  sortBy: 'sortBy',
  sortOrder: 'sortOrder',
} as const;
const parts = { attributes: 'attributes', excludedAttributes: 'attributes' } as const;
const secrets = { client_id: 'clientId', client_secret: 'clientSecret' } as const;

/** A form of a client's server. */
const form = (path: string, body: NonNullable<Route['body']>, optional: readonly string[] = []): Route => ({
  ...post(path, body),
  headers: { origin: undefined },
  isForm: true,
  optional,
});

const clientBody = {
  client_name: 'text',
  redirect_uris: 'clientUris',
  token_endpoint_auth_method: 'clientMethod',
  grant_types: 'grants',
  scope: 'scope',
} as const;

const authorize: Route = {
  ...get('/oauth2/authorize', {
    response_type: 'responseType',
    client_id: 'clientId',
    redirect_uri: 'clientUri',
    scope: 'scope',
    state: 'state',
    nonce: 'state',
    code_challenge: 'challenge',
    code_challenge_method: 'challengeMethod',
    prompt: 'prompt',
  }),
  optional: ['state', 'nonce', 'prompt'],
  headers: { accept: 'text/html' },
};

/** The routes of the three plugins, by the browser that may use them. */
const BY_BROWSER = {
  ada: {
    createClient: { ...post('/oauth2/create-client', clientBody), optional: ['grant_types', 'scope'] },
    getClient: get('/oauth2/get-client', { client_id: 'clientId' }),
    getClients: get('/oauth2/get-clients'),
    publicClient: get('/oauth2/public-client', { client_id: 'clientId' }),
    updateClient: post('/oauth2/update-client', { client_id: 'clientId', update: 'clientFields' }),
    rotateSecret: post('/oauth2/client/rotate-secret', { client_id: 'clientId' }),
    deleteClient: post('/oauth2/delete-client', { client_id: 'clientId' }),
    authorize,
    consent: {
      ...post('/oauth2/consent', { accept: 'flag', scope: 'scope', oauth_query: 'oauthQuery' }),
      optional: ['scope'],
    },
    goOn: post('/oauth2/continue', { selected: 'flag', oauth_query: 'oauthQuery' }),
    getConsents: get('/oauth2/get-consents'),
    getConsent: get('/oauth2/get-consent', { id: 'consentId' }),
    updateConsent: post('/oauth2/update-consent', { id: 'consentId', update: 'anything' }),
    deleteConsent: post('/oauth2/delete-consent', { id: 'consentId' }),
    endSession: {
      ...get('/oauth2/end-session', {
        id_token_hint: 'grantToken',
        client_id: 'clientId',
        post_logout_redirect_uri: 'leftUri',
        state: 'state',
      }),
      optional: ['client_id', 'state'],
    },
    register: {
      ...post('/sso/register', {
        providerId: 'newProviderId',
        issuer: 'issuer',
        domain: 'domain',
        oidcConfig: 'oidcConfig',
      }),
    },
    listProviders: get('/sso/providers'),
    getProvider: get('/sso/get-provider', { providerId: 'providerId' }),
    updateProvider: {
      ...post('/sso/update-provider', {
        providerId: 'providerId',
        domain: 'domain',
        oidcConfig: 'oidcChange',
      }),
      optional: ['domain', 'oidcConfig'],
    },
    deleteProvider: post('/sso/delete-provider', { providerId: 'providerId' }),
  },
  guest: {
    signIn: {
      ...post('/sign-in/sso', {
        email: 'companyAddress',
        providerId: 'providerId',
        domain: 'domain',
        loginHint: 'loginHint',
        callbackURL: 'url',
        errorCallbackURL: 'url',
        newUserCallbackURL: 'url',
        requestSignUp: 'flag',
      }),
      optional: ['email', 'providerId', 'domain', 'requestSignUp'],
    },
    callbackError: {
      ...get('/sso/callback', { error: 'text', state: 'state', code: 'text' }),
      id: 'providerId',
    },
  },
  client: {
    registerClient: { ...post('/oauth2/register', clientBody), optional: ['grant_types', 'scope'] },
    token: form(
      '/oauth2/token',
      {
        grant_type: 'grantType',
        code: 'authorizationCode',
        redirect_uri: 'clientUri',
        code_verifier: 'verifier',
        refresh_token: 'refreshToken',
        scope: 'scope',
        ...secrets,
      },
      ['scope', 'refresh_token', 'client_secret'],
    ),
    introspect: form(
      '/oauth2/introspect',
      { token: 'grantToken', token_type_hint: 'tokenHint', ...secrets },
      ['token_type_hint'],
    ),
    revoke: form('/oauth2/revoke', { token: 'grantToken', token_type_hint: 'tokenHint', ...secrets }, [
      'token_type_hint',
    ]),
    userinfo: { ...get('/oauth2/userinfo'), headers: bearer('{access}') },
    userinfoByRefresh: { ...get('/oauth2/userinfo'), headers: bearer('{refresh}') },
  },
  directory: {
    createUser: scim('POST', '/Users', {
      body: userBody,
      optional: ['externalId', 'name', 'displayName', 'emails', 'phoneNumbers', ENTERPRISE, 'active'],
    }),
    listUsers: scim('GET', '/Users', {
      query: { filter: 'userFilter', ...page },
      optional: ['filter', ...Object.keys(page)],
    }),
    getUser: scim('GET', '/Users', { id: 'directoryId', query: parts, optional: Object.keys(parts) }),
    replaceUser: scim('PUT', '/Users', {
      id: 'directoryId',
      body: userBody,
      optional: ['externalId', 'name', 'displayName', 'phoneNumbers', ENTERPRISE, 'active'],
    }),
    changeUser: scim('PATCH', '/Users', {
      id: 'directoryId',
      body: { schemas: 'patchSchemas', Operations: 'userChanges' },
    }),
    deleteUser: scim('DELETE', '/Users', { id: 'directoryId' }),
    createGroup: scim('POST', '/Groups', { body: groupBody, optional: ['externalId', 'members'] }),
    listGroups: scim('GET', '/Groups', {
      query: { filter: 'groupFilter', ...page },
      optional: ['filter', ...Object.keys(page)],
    }),
    getGroup: scim('GET', '/Groups', { id: 'groupId', query: parts, optional: Object.keys(parts) }),
    replaceGroup: scim('PUT', '/Groups', {
      id: 'groupId',
      body: groupBody,
      optional: ['externalId', 'members'],
    }),
    changeGroup: scim('PATCH', '/Groups', {
      id: 'groupId',
      body: { schemas: 'patchSchemas', Operations: 'groupChanges' },
    }),
    deleteGroup: scim('DELETE', '/Groups', { id: 'groupId' }),
    readByReader: { ...get(`${SCIM}/Users`), headers: bearer('token-of-a-reader') },
    readByOther: {
      ...get(`${SCIM}/Users`),
      id: 'directoryId',
      headers: bearer('token-of-another-directory'),
    },
    describe: scim('GET', '/ServiceProviderConfig'),
  },
} satisfies Partial<Record<Browser, Record<string, Route>>>;

const { ada, guest, client, directory } = BY_BROWSER;

/** A well-formed request of a browser. */
const by = (browser: Browser, route: Route) => requestTo(route, { ...strictly, from: fc.constant(browser) });

const single: fc.Arbitrary<RandomRequest> = fc.oneof(
  ...(Object.keys(BY_BROWSER) as (keyof typeof BY_BROWSER)[]).flatMap((browser) =>
    Object.values<Route>(BY_BROWSER[browser]).flatMap((route) => [
      by(browser, route),
      requestTo(route, { from: browsersOf(browser, IDENTITY_BROWSERS) }),
    ]),
  ),
);

/** The callback to which the provider sent the browser. */
const callback = fc.record({
  method: fc.constant('GET'),
  path: fc.constant('{callback}'),
  link: fc.constant(true),
  headers: fc.constant({}),
  browser: fc.constant('guest'),
});

/** Kinds that take what an earlier step of the flow has made. */
const OWN: Partial<Record<Kind, Kind>> = {
  clientId: 'ownClient',
  clientSecret: 'ownSecret',
  clientUri: 'ownUri',
  responseType: 'ownResponseType',
  scope: 'ownScope',
  prompt: 'ownPrompt',
  challenge: 'ownChallenge',
  challengeMethod: 'ownChallengeMethod',
  verifier: 'ownVerifier',
  authorizationCode: 'ownCode',
  oauthQuery: 'ownQuery',
  grantType: 'ownGrant',
  refreshToken: 'ownRefresh',
  consentId: 'ownConsent',
  directoryId: 'ownDirectoryUser',
  groupId: 'ownDirectoryGroup',
};

const ownFields = (fields: Readonly<Record<string, Kind>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, OWN[kind] ?? kind]));

/** A well-formed request of a browser that follows the step before it. */
function next(browser: Browser, { id, body, query = {}, ...route }: Route) {
  const fields = { query: ownFields(query), ...(body ? { body: ownFields(body) } : {}) };
  return by(browser, { ...route, ...fields, ...(id ? { id: OWN[id] ?? id } : {}) });
}

const refresh: Route = {
  ...client.token,
  body: { grant_type: 'refreshGrant', refresh_token: 'refreshToken', ...secrets },
};
const accepted: Route = { ...ada.consent, body: { accept: 'yes', oauth_query: 'oauthQuery' } };
const byProvider: Route = {
  ...guest.signIn,
  body: { providerId: 'ownProvider', loginHint: 'loginHint', requestSignUp: 'flag' },
};

const grant = [next('ada', ada.authorize), next('ada', accepted), next('client', client.token)] as const;
const session = (browser: Browser) => by(browser, ROUTES.getSession);
const signOut = by('ada', { ...ROUTES.signOut, body: {} });

/** Sequences of requests that need each other. Single random requests would never reach their ends. */
const flows: fc.Arbitrary<readonly RandomStep[]> = fc.oneof(
  fc.tuple(...grant, by('client', client.userinfo), next('client', client.introspect)),
  fc.tuple(
    ...grant,
    next('client', client.revoke),
    next('client', client.introspect),
    by('client', client.userinfo),
  ),
  fc.tuple(...grant, next('client', refresh), next('client', refresh), next('client', client.introspect)),
  fc.tuple(...grant, by('ada', ada.getConsents), next('ada', ada.deleteConsent), next('ada', ada.authorize)),
  fc.tuple(...grant, signOut, next('client', client.introspect), next('client', refresh)),
  fc.tuple(...grant, next('ada', ada.endSession), session('ada')),
  fc.tuple(next('ada', ada.authorize), next('ada', ada.consent), next('client', client.token)),
  fc.tuple(next('ada', ada.updateClient), next('ada', ada.getClient), ...grant),
  fc.tuple(next('guest', byProvider), throughPages, callback, session('guest'), callback),
  fc.tuple(
    next('guest', byProvider),
    throughPages,
    callback,
    next('guest', byProvider),
    throughPages,
    callback,
  ),
  fc.tuple(
    by('ada', ada.updateProvider),
    by('guest', guest.signIn),
    throughPages,
    callback,
    session('guest'),
  ),
  fc.tuple(
    next('directory', directory.changeUser),
    next('directory', directory.getUser),
    by('directory', directory.listUsers),
  ),
  fc.tuple(
    next('directory', directory.replaceUser),
    next('directory', directory.changeUser),
    next('directory', directory.getUser),
  ),
  fc.tuple(
    by('directory', directory.createUser),
    next('directory', directory.changeGroup),
    next('directory', directory.getGroup),
    by('directory', directory.listGroups),
  ),
  fc.tuple(
    next('directory', directory.deleteUser),
    next('directory', directory.getGroup),
    by('directory', directory.createUser),
  ),
  fc.tuple(
    next('directory', directory.replaceGroup),
    next('directory', directory.getGroup),
    next('directory', directory.deleteGroup),
  ),
);

/** Requests for routes of `oauth-provider`, `sso` and `scim`. */
export const identitySequences = sequencesOf(
  fc.oneof(
    { arbitrary: single.map((request): readonly RandomStep[] => [request]), weight: 4 },
    { arbitrary: flows, weight: 2 },
  ),
);
