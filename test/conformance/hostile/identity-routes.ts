import type { Route } from '../../documentation/document.js';
import { throughProvider } from '../provider-steps.js';
import * as oauth from '../scenarios/plugins/oauth-provider.js';
import * as scim from '../scenarios/plugins/scim.js';
import * as sso from '../scenarios/plugins/sso.js';
import { ADA } from '../scenarios/values.js';
import { get, post, saving, sql, type Step } from '../steps.js';
import {
  everywhereIn,
  hostileRequests,
  pathOf,
  type HostileRequest,
  type RouteInput,
} from './hostile-requests.js';

const DIRECTORY = [sql('delete from users; delete from scim_groups'), scim.created, scim.createdGroup];

/** What the routes of each plugin work on. The names in braces are saved. */
export const IDENTITY_WORLDS: Readonly<Record<string, readonly Step[]>> = {
  'oauth-provider': [
    sql('delete from users; delete from verifications; delete from oauth_clients'),
    ...oauth.granted,
    sql('update oauth_clients set enable_end_session = true'),
    saving(get('/oauth2/get-consents'), { consent: /"id":"([^"]+)"/ }),
  ],
  sso: [
    sql('delete from users; delete from verifications; delete from sso_providers'),
    post('/sign-up/email', ADA),
    sso.registered,
    sso.registeredSaml,
  ],
  scim: DIRECTORY,
};

const PREFIX = '/scim/v2';

/** Steps without which a route would refuse a good request. */
const BEFORE: Readonly<Record<string, readonly Step[]>> = {
  'POST /oauth2/token': [oauth.authorize()],
  'POST /oauth2/revoke': [oauth.authorize(), oauth.exchange()],
  'POST /oauth2/consent': [oauth.authorize({ prompt: 'consent' })],
  'POST /oauth2/continue': [oauth.authorize({ prompt: 'consent' })],
  'POST /oauth2/public-client-prelogin': [oauth.authorize({ prompt: 'login' })],
  'POST /sso/register': [sql(`delete from sso_providers where provider_id = 'new'`)],
  'GET /sso/callback/{providerId}': [sso.signIn({ providerId: 'acme-oidc' }), throughProvider()],
  'POST /sso/saml2/sp/acs/{providerId}': [sso.signIn({ providerId: 'acme-saml' }), throughProvider()],
  [`POST ${PREFIX}/Users`]: [sql(`delete from users where email <> 'grace@example.com'`)],
  [`DELETE ${PREFIX}/Users/{userId}`]: DIRECTORY,
  [`DELETE ${PREFIX}/Groups/{groupId}`]: DIRECTORY,
  [`POST ${PREFIX}/Groups`]: [sql(`delete from scim_groups where display_name <> 'Admirals'`)],
};

export const stepsBefore = (route: Route): readonly Step[] =>
  BEFORE[`${route.method} ${pathOf(route)}`] ?? [];

/** Routes that need a message signed by a provider, or a page that an earlier request has shown. */
export const refusesGood = ({ path }: Route): boolean => /saml2\/(sp\/slo|logout)|end-session/.test(path);

/** True if requests for this route may leave the world without what other routes need. */
export const isDestructive = ({ name }: Route): boolean =>
  /DELETE|delete|revoke|rotate|update|end-session/.test(name);

const CLIENT = {
  client_name: 'Example',
  redirect_uris: [oauth.CALLBACK],
  post_logout_redirect_uris: ['https://client.example/left'],
  contacts: ['ada@example.com'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  scope: 'openid',
};
const OAUTH = {
  ...oauth.QUERY,
  client_secret: '{secret}',
  code: '{code}',
  code_verifier: oauth.VERIFIER,
  grant_type: 'authorization_code',
  token: '{access}',
  access_token: '{access}',
  id_token_hint: '{idToken}',
  accept: true,
  selected: true,
  oauth_query: '{query}',
  id: '{consent}',
};
const CHANGES = { client_name: 'Another', redirect_uris: [oauth.CALLBACK], contacts: ['ada@example.com'] };

/** Fields that mean something only beside others. */
function besides(field: string): Readonly<Record<string, unknown>> {
  if (field === 'refresh_token') return { grant_type: 'refresh_token', refresh_token: '{refresh}' };
  if (field === 'jwks') return { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] } };
  if (field === 'claims') return { claims: { userinfo: { email: { essential: true } } } };
  if (field === 'resources') return { resources: ['https://api.example'] };
  return {};
}

function goodOfOAuth(path: string, field: string): Readonly<Record<string, unknown>> {
  if (/create-client|register/.test(path)) return { ...CLIENT, ...besides(field) };
  const update = path.includes('consent') ? { scopes: ['openid'] } : CHANGES;
  return { ...OAUTH, update, ...besides(field) };
}

function goodOfSso(path: string, field: string): Readonly<Record<string, unknown>> {
  const isSaml = path.includes('saml2') || field === 'samlConfig';
  const config = isSaml ? sso.saml : sso.oidc;
  return {
    ...config,
    ...(path === '/sso/register' ? { providerId: 'new' } : {}),
    code: '{code}',
    state: '{state}',
    SAMLResponse: '{SAMLResponse}',
    callbackURL: '/dashboard',
    scopes: ['openid'],
    additionalParams: { a: 'b' },
  };
}

function goodOfScim({ method }: Route, path: string): Readonly<Record<string, unknown>> {
  const ids = { userId: '{userId}', groupId: '{groupId}', resourceTypeId: 'User', schemaId: scim.USER };
  const isGroup = path.includes('/Groups');
  if (method === 'PATCH')
    return { ...ids, schemas: [scim.PATCH], Operations: isGroup ? scim.ADD_MEMBER : scim.RENAME };
  if (isGroup)
    return {
      ...ids,
      ...scim.admirals,
      ...(method === 'POST' ? { displayName: 'Captains', externalId: 'group-2' } : {}),
    };
  return { ...ids, ...(method === 'POST' ? scim.ada : scim.grace), ...scim.MORE_OF_USER };
}

/** An id of SAML's XML, as it arrives. */
const inBase64 = (xml: string) => Buffer.from(xml).toString('base64');
const RESPONSE = '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"';
const XML = [
  '<a/>',
  '<a',
  `${RESPONSE}/>`,
  `${RESPONSE} InResponseTo="a&#0;b"><Status/></samlp:Response>`,
  `<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]>${RESPONSE}>&d;</samlp:Response>`,
  `${RESPONSE}>${'<a>'.repeat(2000)}${'</a>'.repeat(2000)}</samlp:Response>`,
  '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="a"><NameID>x</NameID></samlp:LogoutRequest>',
  '<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" InResponseTo="a"/>',
  '\u{FEFF}<?xml version="1.0" encoding="utf-16"?><a/>',
].map(inBase64);
const TOKENS = ['a.b.c', 'e30.e30.e30', 'eyJhbGciOiJub25lIn0.e30.', 'bnVsbA.bnVsbA.bnVsbA', '{idToken}x'];

const SPECIAL = {
  SAMLResponse: XML,
  SAMLRequest: XML,
  id_token_hint: TOKENS,
  access_token: TOKENS,
  token: TOKENS,
  client_assertion: TOKENS,
  request_uri: ['urn:nothing', 'https://client.example/request'],
  state: TOKENS,
  grant_type: ['refresh_token', 'client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange'],
  filter: ['((', 'userName eq', 'userName eq "a\0b"', 'emails[type eq "work"', 'userName eq null', 'id pr'],
  attributes: ['emails[', 'name.constructor', `${scim.USER}:userName`],
};

const FORMS = /^\/(oauth2\/(authorize|token|introspect|revoke|userinfo|end-session)|sso\/saml2\/sp)/;
const OF_GUESTS = /sign-in|callback|acs/;
const OF_CLIENTS = /^\/oauth2\/(token|introspect|revoke|userinfo|register)/;

/** What the requests for a route of `oauth-provider`, `sso` or `scim` look like. */
function identityInput(route: Route): RouteInput {
  const path = pathOf(route);
  const shared = { special: SPECIAL, inside: everywhereIn };
  if (path.startsWith(PREFIX))
    return {
      ...shared,
      browser: 'directory',
      good: () => goodOfScim(route, path),
      headers: {
        origin: undefined,
        authorization: 'Bearer token-of-acme',
        ...(route.method === 'GET' || route.method === 'DELETE' ? {} : { 'content-type': scim.TYPE }),
      },
    };
  return {
    ...shared,
    browser: OF_CLIENTS.test(path) ? 'client' : OF_GUESTS.test(path) ? 'guest' : 'visitor',
    good: (field) => (path.includes('oauth2') ? goodOfOAuth(path, field) : goodOfSso(path, field)),
    isForm: FORMS.test(path),
    more: MORE[path] ?? [],
    headers: {
      ...(path.includes('/saml2/sp') ? { origin: 'null' } : {}),
      ...(route.name.startsWith('GET') && path.endsWith('/userinfo')
        ? { authorization: 'Bearer {access}' }
        : {}),
    },
  };
}

const MORE: Readonly<Record<string, readonly string[]>> = {
  '/oauth2/token': ['client_assertion', 'client_assertion_type', 'assertion', 'audience', 'dpop_jkt'],
  '/oauth2/introspect': ['client_assertion', 'client_assertion_type'],
  '/oauth2/authorize': [
    ...Object.keys(oauth.QUERY),
    'claims',
    'display',
    'id_token_hint',
    'login_hint',
    'request',
    'response_mode',
  ],
};

/** What the `Authorization` of clients and directories may hold. */
const CREDENTIALS = ['', 'Basic', 'Basic %%%', 'Bearer', 'DPoP a.b.c', 'Nothing', '\u00ff']
  .concat(['a', ':', 'a:b', 'a\0b:c', '%zz:%zz', '__proto__:x'].map((pair) => `Basic ${btoa(pair)}`))
  .concat(TOKENS.map((token) => `Bearer ${token}`));

/** All hostile requests for a route of `oauth-provider`, `sso` or `scim`. */
export function identityRequests(route: Route): { hostile: HostileRequest[]; good: HostileRequest } {
  const hostile = hostileRequests(route, identityInput(route));
  const good = hostile.pop();
  if (!good) throw new Error(`No request for ${route.name}`);
  const withCredentials = CREDENTIALS.map((value) => ({
    ...good,
    field: 'authorization',
    value,
    headers: { ...good.headers, authorization: value },
  }));
  return { hostile: [...hostile, ...(good.browser === 'visitor' ? [] : withCredentials)], good };
}

const FAILED =
  /introspect token, eyJ|revoke token, \{idToken\}|consent oauth_query, an array$|POST .*end-session client_id, a NUL$/;

/** True for requests of each kind that this server once answered with 500. */
export const hasFailed = ({ name }: Route, { field, value }: HostileRequest): boolean =>
  FAILED.test(`${name} ${field}, ${value}`);
