import {
  call,
  get,
  post,
  rows,
  saving,
  scenario,
  sql,
  type RequestOptions,
  type Scenario,
} from '../../steps.js';
import { ADA, FORM } from '../values.js';

const BASE = '/api/auth';
export const CALLBACK = 'https://client.example/callback';
/** A verifier and its challenge (RFC 7636, Appendix B). */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
export const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** A request of the client's server, which has no cookies. */
const form = (path: string, fields: Readonly<Record<string, string>>, options: RequestOptions = {}) =>
  call('POST', `${BASE}${path}`, new URLSearchParams(fields).toString().replace(/%7B(\w+)%7D/g, '{$1}'), {
    browser: 'client',
    ...options,
    headers: { ...FORM, origin: undefined, ...options.headers },
  });

const client = { client_id: '{id}', client_secret: '{secret}' };
const registered = (more: object = {}) =>
  post(
    '/oauth2/create-client',
    {
      client_name: 'Example',
      redirect_uris: [CALLBACK],
      post_logout_redirect_uris: ['https://client.example/left'],
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'openid profile email offline_access',
      ...more,
    },
    { save: { id: 'client_id', secret: 'client_secret' } },
  );

export const QUERY = {
  response_type: 'code',
  client_id: '{id}',
  redirect_uri: CALLBACK,
  scope: 'openid profile email offline_access',
  state: 'the-state',
  nonce: 'the-nonce',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
};

export function authorize(changes: Readonly<Record<string, string>> = {}, options: RequestOptions = {}) {
  const query = new URLSearchParams({ ...QUERY, ...changes }).toString().replace(/%7B(\w+)%7D/g, '{$1}');
  const headers = { accept: 'text/html', ...options.headers };
  return saving(get(`/oauth2/authorize?${query}`, { ...options, headers }), {
    query: /(?:consent|login)\?(\S*)/,
    code: /[?&]code=([^&\s"]+)/,
  });
}

export const consent = (accept: boolean, more: object = {}) =>
  saving(post('/oauth2/consent', { accept, oauth_query: '{query}', ...more }), {
    code: /[?&]code=([^&\s"]+)/,
  });

export const exchange = (fields: Readonly<Record<string, string>> = {}) =>
  saving(
    form('/oauth2/token', {
      grant_type: 'authorization_code',
      code: '{code}',
      redirect_uri: CALLBACK,
      code_verifier: VERIFIER,
      ...client,
      ...fields,
    }),
    {
      access: /"access_token":"([^"]+)"/,
      refresh: /"refresh_token":"([^"]+)"/,
      idToken: /"id_token":"([^"]+)"/,
    },
  );

const introspect = (token: string) => form('/oauth2/introspect', { token, ...client });
const userinfo = (token: string) =>
  get('/oauth2/userinfo', {
    browser: 'client',
    headers: { authorization: `Bearer ${token}`, origin: undefined },
  });

export const signedIn = [post('/sign-up/email', ADA), registered()];
export const granted = [...signedIn, authorize(), consent(true), exchange()];

export const discovery: readonly Scenario[] = [
  scenario(
    'the metadata, at each of its addresses',
    get('/.well-known/openid-configuration'),
    get('/.well-known/oauth-authorization-server'),
    call('GET', '/.well-known/oauth-authorization-server/api/auth'),
    call('HEAD', `${BASE}/.well-known/openid-configuration`),
    post('/.well-known/openid-configuration', {}),
    call('GET', '/.well-known/openid-configuration'),
    get('/jwks'),
  ),
];

export const clients: readonly Scenario[] = [
  scenario(
    'a user registers, changes and deletes a client',
    registered(),
    post('/sign-up/email', ADA),
    registered(),
    get('/oauth2/get-client?client_id={id}'),
    get('/oauth2/get-clients'),
    get('/oauth2/public-client?client_id={id}'),
    post('/oauth2/update-client', { client_id: '{id}', update: { client_name: 'Another' } }),
    post('/oauth2/client/rotate-secret', { client_id: '{id}' }),
    rows('select name, redirect_uris, scopes, token_endpoint_auth_method from oauth_clients'),
    post('/oauth2/delete-client', { client_id: '{id}' }),
    get('/oauth2/get-client?client_id={id}'),
    rows('select count(*)::int as count from oauth_clients'),
  ),
  scenario(
    'input that is refused',
    post('/sign-up/email', ADA),
    post('/oauth2/create-client', {}),
    post('/oauth2/create-client', { redirect_uris: 'nothing' }),
    post('/oauth2/create-client', { redirect_uris: ['javascript:alert(1)'] }),
    post('/oauth2/create-client', { redirect_uris: [CALLBACK], scope: 'nothing' }),
    post('/oauth2/register', { redirect_uris: [CALLBACK] }),
    post('/oauth2/register', 'text', { headers: { 'content-type': 'text/plain' } }),
    get('/oauth2/get-client'),
    get('/oauth2/get-client?client_id=nothing'),
    post('/oauth2/delete-client', { client_id: 'nothing' }),
  ),
];

export const flow: readonly Scenario[] = [
  scenario(
    'code, consent, tokens, user information, refresh, introspection and revocation',
    ...granted,
    userinfo('{access}'),
    introspect('{access}'),
    introspect('{refresh}'),
    saving(form('/oauth2/token', { grant_type: 'refresh_token', refresh_token: '{refresh}', ...client }), {
      access: /"access_token":"([^"]+)"/,
      again: /"refresh_token":"([^"]+)"/,
    }),
    form('/oauth2/token', { grant_type: 'refresh_token', refresh_token: '{refresh}', ...client }),
    form('/oauth2/token', { grant_type: 'refresh_token', refresh_token: '{again}', ...client }),
    rows('select scopes from oauth_consents'),
    get('/oauth2/get-consents'),
    exchange(),
    introspect('{access}'),
  ),
  scenario(
    'a revoked token is worth nothing',
    ...granted,
    form('/oauth2/revoke', { token: '{access}', ...client }),
    introspect('{access}'),
    userinfo('{access}'),
    form('/oauth2/revoke', { token: '{access}', client_id: '{id}', client_secret: 'wrong' }),
    form('/oauth2/revoke', {}),
  ),
  scenario(
    'a second sign-in needs no consent, and a client that the user refuses gets an error',
    ...granted,
    authorize(),
    authorize({ prompt: 'consent' }),
    consent(false),
    authorize({ prompt: 'none', scope: 'openid' }),
    authorize({ prompt: 'login' }),
  ),
  scenario(
    'signing in on the login page goes on with the authorization',
    ...signedIn,
    post('/sign-out', {}),
    authorize(),
    saving(
      post(
        '/sign-in/email',
        { email: ADA.email, password: ADA.password, oauth_query: '{query}' },
        { headers: { accept: 'application/json' } },
      ),
      { query: /consent\?([^"\s]*)/ },
    ),
    get('/get-session'),
    consent(true),
    exchange(),
  ),
  scenario(
    'a login page that somebody changed',
    ...signedIn,
    post('/sign-out', {}),
    authorize(),
    post('/sign-in/email', { email: ADA.email, password: ADA.password, oauth_query: 'client_id={id}' }),
    post('/oauth2/continue', { selected: true, oauth_query: '{query}' }),
  ),
  scenario(
    'requests that are refused',
    ...signedIn,
    authorize({ client_id: 'nothing' }),
    authorize({ redirect_uri: 'https://evil.example/' }),
    authorize({ code_challenge: '', code_challenge_method: '' }),
    authorize({ scope: 'nothing' }),
    authorize({ response_type: 'token' }),
    get('/oauth2/authorize'),
    authorize(),
    consent(true),
    exchange({ code_verifier: `${VERIFIER}x` }),
    authorize(),
    exchange({ client_secret: 'wrong' }),
    exchange({ code: 'nothing' }),
    exchange({ grant_type: 'password' }),
    form('/oauth2/token', {}),
    post('/oauth2/token', { grant_type: 'authorization_code' }),
    userinfo('nothing'),
    get('/oauth2/userinfo', { browser: 'client' }),
    form('/oauth2/introspect', { token: 'nothing', client_id: '{id}', client_secret: 'wrong' }),
  ),
  scenario(
    'a client of its own',
    post('/sign-up/email', ADA),
    registered({ grant_types: ['client_credentials', 'authorization_code'] }),
    form('/oauth2/token', { grant_type: 'client_credentials', ...client }),
  ),
];

export const ending: readonly Scenario[] = [
  scenario(
    'the end of a session ends the access tokens that it gave',
    ...granted,
    introspect('{access}'),
    post('/sign-out', {}),
    introspect('{access}'),
    userinfo('{access}'),
    form('/oauth2/token', { grant_type: 'refresh_token', refresh_token: '{refresh}', ...client }),
    rows('select revoked is not null as revoked, session_id from oauth_access_tokens order by created_at'),
  ),
  ...(['/revoke-sessions', '/revoke-other-sessions'] as const).map((path) =>
    scenario(
      `${path} from another browser`,
      ...granted,
      post('/sign-in/email', { email: ADA.email, password: ADA.password }, { browser: 'other' }),
      post(path, {}, { browser: 'other' }),
      introspect('{access}'),
      rows('select revoked is not null as revoked from oauth_access_tokens'),
    ),
  ),
  scenario(
    'a new password that ends the other sessions',
    ...granted,
    post('/sign-in/email', { email: ADA.email, password: ADA.password }, { browser: 'other' }),
    post(
      '/change-password',
      { currentPassword: ADA.password, newPassword: 'another password', revokeOtherSessions: true },
      { browser: 'other' },
    ),
    introspect('{access}'),
  ),
  scenario(
    'a deleted user has no tokens',
    ...granted,
    sql('delete from users'),
    introspect('{access}'),
    userinfo('{access}'),
    rows('select count(*)::int as count from oauth_access_tokens'),
  ),
  scenario(
    'the page that ends a session',
    ...granted,
    get('/oauth2/end-session', { headers: { accept: 'text/html' } }),
    get('/oauth2/end-session?client_id={id}&post_logout_redirect_uri=https://evil.example/'),
    form(
      '/oauth2/end-session',
      { client_id: '{id}' },
      { browser: 'visitor', headers: { accept: 'text/html' } },
    ),
  ),
];
