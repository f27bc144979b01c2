import { callback, provider, throughProvider } from '../provider-steps.js';
import {
  call,
  cookies,
  get,
  post,
  rows,
  scenario,
  sql,
  type RequestOptions,
  type Scenario,
  type Step,
} from '../steps.js';
import { WRONG_TYPES } from './values.js';

/** Begins a sign-in and goes through the provider. The next step is the callback. */
export const begun = (
  name: string,
  person: string,
  body: object = {},
  options: RequestOptions = {},
): Step[] => [
  post(
    '/sign-in/social',
    { provider: name, loginHint: person, callbackURL: '/in', errorCallbackURL: '/out', ...body },
    { ...options, save: { url: 'url' } },
  ),
  throughProvider(),
];

export const signIn = (name: string, person = 'verified', body: object = {}): Step[] => [
  ...begun(name, person, body),
  callback(),
];

/** The rows that a sign-in can leave behind, without random values. */
export const left = rows(
  `select u.name, u.email, u.is_email_verified, u.email_verified is not null as since, u.image, a.provider_id,
          a.provider_user_id, a.scope, a.access_token is not null as access, a.refresh_token is not null as refresh,
          a.id_token is not null as identity, a.access_token_expires_at > now() as good,
          a.expires_at = floor(extract(epoch from a.access_token_expires_at)) as in_step,
          (select count(*)::int from sessions s where s.user_id = u.id) as sessions,
          (select count(*)::int from verifications) as states
     from users u left join accounts a on a.user_id = u.id order by u.email, a.provider_id`,
);

const user = (email: string, verified = false) =>
  sql(
    `insert into users (id, name, email, is_email_verified, created_at, updated_at)
     values ('${'UserGrace'.padEnd(32, '0')}', 'Grace here', '${email}', ${verified}, now(), now())`,
  );

const signingIn: readonly Scenario[] = [
  ...['acme', 'plain', 'particular', 'without-nonce', 'gitlab'].map((name) =>
    scenario(
      `sign-in with ${name}, first as a new user and then as a known one`,
      ...begun(name, 'verified', { newUserCallbackURL: '/welcome' }),
      ...(name === 'particular'
        ? [
            call('POST', '{callback}', '{form}', {
              headers: { 'content-type': 'application/x-www-form-urlencoded', origin: undefined },
            }),
            call('GET', '/api/auth/callback/particular?code={code}&state={state}&iss={iss}'),
          ]
        : [callback()]),
      left,
      get('/get-session'),
      get('/list-accounts'),
      ...(name === 'particular' ? [] : signIn(name, 'verified', { newUserCallbackURL: '/welcome' })),
      left,
    ),
  ),
  scenario(
    'the authorization URL',
    post('/sign-in/social', { provider: 'acme' }),
    post('/sign-in/social', { provider: 'acme', disableRedirect: true }),
    post('/sign-in/social', { provider: 'acme', scopes: ['extra', 'more'], loginHint: 'ada@example.com' }),
    post('/sign-in/social', { provider: 'acme', additionalParams: { hd: 'x', acr_values: 'a b' } }),
    post('/sign-in/social', { provider: 'gitlab', scopes: ['extra'], additionalParams: { a: 'ü' } }),
    post('/sign-in/social', { provider: 'paybin', loginHint: 'x' }),
    post('/sign-in/social', { provider: 'particular', additionalParams: { prompt: 'none' } }),
    post('/sign-in/social', { provider: 'plain' }),
    post('/sign-in/social', { provider: 'without-nonce' }),
    rows(`select left(identifier, 11) as kind, expires_at - created_at > '590 s' as long from verifications`),
  ),
  scenario(
    'additionalData cannot replace the values that the server keeps in the state',
    ...begun('acme', 'verified', {
      additionalData: {
        callbackURL: 'https://evil.example',
        codeVerifier: 'x',
        expiresAt: 0,
        errorURL: 'https://evil.example',
        newUserURL: 'https://evil.example',
        link: { userId: 'x', email: 'x' },
        idTokenNonce: 'x',
        oauthState: 'x',
        serverContext: { a: 1 },
        requestSignUp: true,
        mine: { deep: [1] },
        __proto__: { polluted: true },
      },
    }),
    rows(
      `select value::json->>'callbackURL' as to, value::json->>'link' as link, value::json->>'mine' as mine,
              value::json->>'serverContext' as context, value::json->>'requestSignUp' as up from verifications`,
    ),
    callback(),
    left,
  ),
  scenario('sign-in without callbackURL', ...signIn('acme', 'verified', { callbackURL: undefined }), left),
  scenario(
    'a person without an address, and one with an unverified address',
    ...signIn('acme', 'without-email'),
    ...signIn('acme', 'without-email', { errorCallbackURL: undefined }),
    ...signIn('acme', 'unverified'),
    ...signIn('acme', 'nobody'),
    left,
  ),
];

const refused: readonly Scenario[] = [
  scenario(
    'invalid bodies',
    post('/sign-in/social'),
    post('/sign-in/social', []),
    post('/sign-in/social', {}),
    post('/sign-in/social', { provider: 'unknown' }),
    post('/sign-in/social', { provider: '__proto__' }),
    post('/sign-in/social', { provider: '' }),
    post('/sign-in/social', { provider: 'unknown', idToken: { token: 'x' } }),
    post('/sign-in/social', { provider: 'acme', callbackURL: 'https://evil.example' }),
    post('/sign-in/social', { provider: 'acme', errorCallbackURL: '//evil.example' }),
    post('/sign-in/social', { provider: 'acme', newUserCallbackURL: 'https://evil.example' }),
    ...['state', 'client_id', 'redirect_uri', 'nonce', 'scope', 'code_challenge'].map((name) =>
      post('/sign-in/social', { provider: 'acme', additionalParams: { [name]: 'x' } }),
    ),
    post('/sign-in/social', { provider: 'acme', additionalParams: { a: 1, b: null, c: 'd' } }),
    post('/sign-in/social', { provider: 'acme', scopes: ['a', 1, null] }),
    post('/sign-in/social', { provider: 1, scopes: 'a', idToken: {}, requestSignUp: 'yes' }),
    post('/sign-in/social', { provider: 'acme', idToken: { token: 1, nonce: 2, expiresAt: 'x', user: 3 } }),
    post('/sign-in/social', {
      provider: 'acme',
      idToken: { token: 'x', user: { name: { firstName: 1, lastName: [] }, email: {} } },
    }),
    get('/sign-in/social'),
  ),
  ...[
    'callbackURL',
    'newUserCallbackURL',
    'errorCallbackURL',
    'provider',
    'disableRedirect',
    'idToken',
    'scopes',
    'requestSignUp',
    'loginHint',
    'additionalParams',
    'additionalData',
  ].map((field) =>
    scenario(
      `${field} of a wrong type`,
      ...WRONG_TYPES.map(([, value]) => post('/sign-in/social', { provider: 'unknown', [field]: value })),
    ),
  ),
  scenario(
    'callbacks with missing or wrong parameters',
    get('/callback/acme'),
    get('/callback/acme?code=x'),
    get('/callback/unknown?code=x'),
    get('/callback/acme?state='),
    get('/callback/acme?error=access_denied'),
    get('/callback/acme?state=unknown&code=x'),
    get('/callback/acme?state=a&state=b'),
    get('/callback/acme?code=a&code=b&iss=1&iss=2'),
    post('/callback/acme', {}),
    post('/callback/acme'),
    post('/callback/acme?state=q', { state: 'b', code: 'c', user: 'u', error: 'e', iss: 'i', other: 'o' }),
    post('/callback/acme', { state: 1 }),
    post('/callback/acme', 'state=a&code=b%20c', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
    post('/callback/acme', 'x', { headers: { 'content-type': 'text/plain' } }),
  ),
  scenario(
    'callbacks with an error or with parameters that do not match',
    ...begun('acme', 'verified'),
    get('/callback/acme?state={state}&error=access_denied&error_description=no%20%26%20never'),
    ...begun('acme', 'verified'),
    get('/callback/acme?state={state}'),
    ...begun('acme', 'verified'),
    get('/callback/unknown?state={state}&code={code}'),
    ...begun('acme', 'verified'),
    get('/callback/acme?state={state}&code={code}&iss=https%3A%2F%2Fevil.example'),
    ...begun('acme', 'verified'),
    get('/callback/acme?state={state}&code=made-up'),
    ...begun('acme', 'verified', { errorCallbackURL: '/out?x=1#end' }),
    get('/callback/acme?state={state}&code=made-up'),
    ...begun('gitlab', 'verified'),
    get('/callback/acme?state={state}&code={code}'),
    left,
  ),
  scenario(
    'a state of another browser, used twice, expired, or damaged',
    ...begun('acme', 'verified'),
    callback({ browser: 'elsewhere' }),
    callback(),
    callback(),
    ...begun('acme', 'verified'),
    sql(`update verifications set expires_at = now() - interval '1 s',
         value = jsonb_set(value::jsonb, '{expiresAt}', '1')::text`),
    callback(),
    ...begun('acme', 'verified'),
    sql(`update verifications set value = 'garbage'`),
    callback(),
    ...begun('acme', 'verified'),
    sql(`update verifications set value = '{"callbackURL":1}'`),
    callback(),
    left,
  ),
];

type Misbehaviour = Parameters<typeof provider>[1];

const fault =
  (endpoint: 'token' | 'userinfo' | 'jwks', kind: 'down' | 'garbage'): Misbehaviour =>
  ({ faults }) =>
    faults.set(endpoint, { kind });
const claims =
  (changes: () => Record<string, unknown>): Misbehaviour =>
  ({ alterations }) => {
    alterations.idToken = (right) => ({ ...right, ...changes() });
  };
const seconds = () => Math.floor(Date.now() / 1000);

const MISBEHAVIOUR: readonly (readonly [what: string, at: string, Misbehaviour])[] = [
  ['a broken token endpoint', 'acme', fault('token', 'down')],
  ['a broken token endpoint', 'gitlab', fault('token', 'down')],
  ['garbage for tokens', 'acme', fault('token', 'garbage')],
  ['garbage for tokens', 'gitlab', fault('token', 'garbage')],
  ['a broken userinfo endpoint', 'gitlab', fault('userinfo', 'down')],
  ['garbage for userinfo', 'gitlab', fault('userinfo', 'garbage')],
  ['another issuer', 'acme', claims(() => ({ iss: 'https://evil.example' }))],
  ['another audience', 'acme', claims(() => ({ aud: 'somebody-else' }))],
  ['another nonce', 'acme', claims(() => ({ nonce: 'another' }))],
  ['an expired id token', 'acme', claims(() => ({ exp: seconds() - 60 }))],
  ['an id token that expired 10 s ago', 'acme', claims(() => ({ exp: seconds() - 10 }))],
  ['an id token issued tomorrow', 'acme', claims(() => ({ iat: seconds() + 86_400 }))],
  ['an id token that is not valid yet', 'acme', claims(() => ({ nbf: seconds() + 600 }))],
  ['an id token without a subject', 'acme', claims(() => ({ sub: undefined }))],
  ['an id token without an address', 'acme', claims(() => ({ email: undefined }))],
];

const misbehaving: readonly Scenario[] = [
  scenario(
    'a provider that misbehaves',
    ...MISBEHAVIOUR.flatMap(([what, at, change]) => [
      provider('behaves again', (peer) => peer.mend()),
      ...begun(at, 'verified'),
      provider(`${what} at ${at}`, change),
      callback(),
      left,
    ]),
  ),
  scenario(
    'a code that is used twice',
    ...signIn('acme'),
    cookies('save the code', (_, side) => side.saved.set('used', side.saved.get('code') ?? '')),
    ...begun('acme', 'verified'),
    get('/callback/acme?code={used}&state={state}'),
    left,
  ),
];

const gates: readonly Scenario[] = [
  scenario(
    'sign-up is disabled, or must be requested',
    ...signIn('closed'),
    ...signIn('closed', 'verified', { requestSignUp: true }),
    ...signIn('asking'),
    ...signIn('paybin'),
    left,
    ...signIn('asking', 'verified', { requestSignUp: true }),
    ...signIn('paybin', 'verified', { requestSignUp: true }),
    left,
    ...signIn('asking'),
    ...signIn('closed', 'unverified'),
    left,
  ),
  scenario(
    'the provider must have verified the address',
    ...signIn('proven', 'unverified'),
    left,
    ...signIn('proven', 'unverified'),
    sql('update users set is_email_verified = true'),
    ...signIn('proven', 'unverified'),
    ...signIn('proven'),
    left,
  ),
  scenario(
    'the profile at the provider changes',
    ...signIn('overriding'),
    provider('another name', ({ alterations }) => {
      alterations.idToken = (claims) => ({
        ...claims,
        name: 'Grace II',
        picture: 'https://idp.example/2.png',
      });
    }),
    ...signIn('overriding'),
    left,
    provider('another address', ({ alterations }) => {
      alterations.idToken = (claims) => ({ ...claims, email: 'Other@example.com', email_verified: false });
    }),
    ...signIn('overriding'),
    left,
    ...signIn('acme'),
    left,
  ),
  scenario(
    'a sign-in that begins at the provider',
    call('GET', '/api/auth/callback/beginning?code=x'),
    call('GET', '/api/auth/callback/beginning?code=x&state='),
    call('GET', '/api/auth/callback/beginning'),
    call('GET', '/api/auth/callback/acme?code=x'),
  ),
];

/** Sign-in with a provider when a user with the same address exists. */
export const implicit: readonly Scenario[] = [
  scenario('the user has verified the address', user('grace@example.com', true), ...signIn('acme'), left),
  scenario(
    'the user has not verified the address',
    user('grace@example.com'),
    ...signIn('acme'),
    left,
    ...signIn('gitlab'),
  ),
  scenario(
    'the provider has not verified the address',
    user('mallory@example.com', true),
    ...signIn('acme', 'unverified'),
    left,
  ),
  scenario(
    'the provider verifies the address later',
    ...signIn('acme', 'unverified'),
    left,
    provider('the address is verified', ({ alterations }) => {
      alterations.idToken = (claims) => ({ ...claims, email_verified: 'true' });
    }),
    ...signIn('acme', 'unverified'),
    left,
  ),
  scenario('one person at three providers', ...signIn('acme'), ...signIn('gitlab'), ...signIn('plain'), left),
];

const signingOut: readonly Scenario[] = [
  scenario(
    'sign-out at a provider that offers logout',
    ...signIn('acme'),
    post('/sign-out', { callbackURL: '/bye', state: 'kept' }),
    ...signIn('acme'),
    post('/sign-out', { callbackURL: '{origin}/bye', disableRedirect: true }),
    ...signIn('acme'),
    post('/sign-out'),
    post('/sign-out'),
    get('/get-session'),
  ),
  scenario(
    'sign-out at a provider without logout',
    ...signIn('gitlab'),
    post('/sign-out', { callbackURL: '/bye' }),
    ...signIn('quiet'),
    post('/sign-out', { callbackURL: '/bye' }),
    post('/sign-out', { callbackURL: 'https://evil.example' }),
    post('/sign-out', { callbackURL: 1, disableRedirect: 'x', state: [] }),
  ),
];

export const social = { signingIn, refused, misbehaving, gates, implicit, signingOut };

/** With `storeStateStrategy: 'cookie'`. */
export const inCookie: readonly Scenario[] = [
  scenario(
    'sign-in, and a callback that is opened twice',
    ...signIn('acme'),
    left,
    callback(),
    post('/sign-out', { disableRedirect: true }),
  ),
  scenario(
    'a state cookie that is missing, foreign or made up',
    ...begun('acme', 'verified'),
    callback({ browser: 'elsewhere' }),
    get('/callback/acme?state=other&code={code}'),
    cookies('add a made-up state cookie', (store) => store.set('better-auth.oauth_state', 'ff'.repeat(60))),
    callback(),
    get('/callback/acme?code={code}'),
    left,
  ),
];

const byCookie = { useAccountCookie: true };
/** Both servers ignore `userId`. `DELIBERATE_DIFFERENCES` recognise the step by it. */
const ofUnlinked = { ...byCookie, userId: 'unlinked' };

/** With `storeAccountCookie` and `cookieCache`. */
export const withAccountCookie: readonly Scenario[] = [
  scenario(
    'the account cookie of the last sign-in',
    ...signIn('acme'),
    post('/get-access-token', byCookie),
    post('/refresh-token', byCookie),
    post('/get-access-token', byCookie),
    get('/account-info?useAccountCookie=true'),
    get('/get-session?disableCookieCache=true'),
    post('/get-access-token', { ...byCookie, accountId: 'x' }),
    ...signIn('gitlab'),
    post('/get-access-token', byCookie),
    post('/refresh-token', byCookie),
    post('/sign-out', { disableRedirect: true }),
    post('/get-access-token', byCookie),
  ),
  scenario(
    'an account cookie whose token is about to expire',
    provider('tokens for three seconds', (peer) => (peer.accessTokenLife = 3)),
    ...signIn('gitlab'),
    provider('tokens for an hour', (peer) => (peer.accessTokenLife = 3600)),
    get('/list-accounts', { save: { id: '0.id' } }),
    post('/get-access-token', byCookie),
    post('/get-access-token', byCookie),
    sql(`update accounts set access_token_expires_at = now() + interval '1 second'`),
    post('/get-access-token', { accountId: '{id}' }),
    post('/refresh-token', { accountId: '{id}' }),
    post('/get-access-token', { accountId: '{id}' }),
  ),
  scenario(
    'the account cookie of an unlinked account',
    ...signIn('acme'),
    sql('delete from accounts'),
    post('/get-access-token', ofUnlinked),
    post('/refresh-token', ofUnlinked),
    get('/account-info?useAccountCookie=true'),
  ),
  scenario(
    'an account cookie in chunks, of another user, or invalid',
    ...signIn('acme'),
    cookies('split the account cookie', (store) => {
      const value = store.get('better-auth.account_data') ?? '';
      store.delete('better-auth.account_data');
      store.set('better-auth.account_data.0', value.slice(0, 100));
      store.set('better-auth.account_data.1', value.slice(100));
    }),
    post('/get-access-token', byCookie),
    get('/get-session?disableCookieCache=true'),
    post('/sign-up/email', { name: 'Bob', email: 'bob@example.com', password: 'correct horse battery' }),
    post('/get-access-token', byCookie),
    cookies('replace the account cookie by garbage', (store) =>
      store.set('better-auth.account_data', 'eyJhbGciOiJub25lIn0.e30.'),
    ),
    post('/get-access-token', byCookie),
    get('/get-session?disableCookieCache=true'),
  ),
];
