import { linked, linkedId, provider } from '../provider-steps.js';
import { cookies, get, post, rows, scenario, signedIn, sql, type Scenario, type Step } from '../steps.js';
import { ADA, ODD_BODIES, WRONG_TYPES } from './values.js';

const IDP = linkedId('idp');
const GITLAB = linkedId('gitlab');
const CREDENTIAL = 'AccountAda'.padEnd(32, '0');

const stored = rows(
  `select provider_id, access_token, refresh_token, id_token, scope, expires_at is not null as has_seconds,
          access_token_expires_at, refresh_token_expires_at, updated_at
     from accounts where provider_id <> 'credential' order by provider_id`,
);
const left = rows('select provider_id, provider_user_id from accounts order by provider_id');

const accessToken = (accountId: string) => post('/get-access-token', { accountId });
const refresh = (accountId: string) => post('/refresh-token', { accountId });
const info = (accountId: string) => get(`/account-info?accountId=${accountId}`);
const all = (accountId: string): Step[] => [accessToken(accountId), refresh(accountId), info(accountId)];

const fault = (what: string, endpoint: 'token' | 'userinfo', body: string, status = 400) =>
  provider(what, ({ faults }) => faults.set(endpoint, { kind: 'answer', status, body }));

const mended = provider('behaves again', (peer) => peer.mend());

const selections: readonly (readonly [what: string, selection: Record<string, unknown>])[] = [
  ['id and cookie', { accountId: IDP, useAccountCookie: true }],
  ['the cookie', { useAccountCookie: true }],
  ['explicitly no cookie', { useAccountCookie: false }],
  ['the cookie, as a string', { useAccountCookie: 'true' }],
  ['an account of another user', { accountId: IDP, userId: 'another' }],
  ['the cookie, for another user', { useAccountCookie: true, userId: 'another' }],
  ['an unknown key', { accountId: IDP, providerId: 'idp' }],
  ['the key of Better Auth 1.6', { providerId: 'idp' }],
  ['a user id of a wrong type', { accountId: IDP, userId: 5 }],
  ['an account id of null', { accountId: null, useAccountCookie: true }],
  ['useAccountCookie of null', { accountId: IDP, useAccountCookie: null }],
];

const query = (selection: Record<string, unknown>) =>
  Object.entries(selection)
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
    .join('&');

const bob = { browser: 'bob' };

/** With the generic OAuth provider `idp`, `gitlab`, and `vercel`, which cannot refresh. */
export const tokens: readonly Scenario[] = [
  scenario('a valid token', signedIn(), linked('idp'), ...all(IDP), stored),
  scenario('a valid token of a built-in provider', signedIn(), linked('gitlab'), ...all(GITLAB), stored),
  scenario(
    'a token about to expire',
    signedIn(),
    linked('idp', 4),
    accessToken(IDP),
    stored,
    accessToken(IDP),
  ),
  scenario('a token with enough time left', signedIn(), linked('idp', 20), accessToken(IDP), stored),
  scenario(
    'an expired token of a built-in provider',
    signedIn(),
    linked('gitlab', -60),
    accessToken(GITLAB),
    stored,
  ),
  scenario('account-info with an expired token', signedIn(), linked('gitlab', -60), info(GITLAB), stored),
  scenario(
    'refresh-token three times',
    signedIn(),
    linked('idp'),
    refresh(IDP),
    refresh(IDP),
    refresh(IDP),
    stored,
  ),
  scenario(
    'a token that never expires',
    signedIn(),
    linked('idp', 0, { access_token_expires_at: 'null' }),
    ...all(IDP),
    stored,
  ),
  scenario(
    'an account without a refresh token',
    signedIn(),
    linked('idp', -60, { refresh_token: 'null', scope: 'null' }),
    ...all(IDP),
    stored,
  ),
  scenario(
    'an account without an access token',
    signedIn(),
    linked('idp', 60, { access_token: 'null', id_token: 'null' }),
    accessToken(IDP),
    info(IDP),
  ),
  scenario(
    'a valid token of a provider that cannot refresh',
    signedIn(),
    linked('vercel'),
    ...all(linkedId('vercel')),
  ),
  scenario(
    'an expired token of a provider that cannot refresh',
    signedIn(),
    linked('vercel', -60),
    accessToken(linkedId('vercel')),
  ),
  scenario('a provider that is not configured', signedIn(), linked('github'), ...all(linkedId('github'))),
  scenario('the credential account', signedIn(), ...all(CREDENTIAL)),
  scenario('an unknown account', signedIn(), ...all('unknown'), ...all(''), accessToken('a\u0000b')),
  scenario(
    'an account of another user',
    signedIn(),
    linked('idp', -60),
    post('/sign-up/email', { ...ADA, email: 'bob@example.com' }, bob),
    post('/get-access-token', { accountId: IDP }, bob),
    post('/refresh-token', { accountId: IDP }, bob),
    get(`/account-info?accountId=${IDP}`, bob),
    post('/get-access-token', { accountId: IDP, userId: 'UserAda'.padEnd(32, '0') }, bob),
    post('/unlink-account', { accountId: IDP }, bob),
    stored,
  ),
  scenario(
    'without a session',
    signedIn(),
    linked('idp'),
    cookies('delete all cookies', (store) => store.clear()),
    ...all(IDP),
  ),
  scenario(
    'a revoked session',
    signedIn(),
    linked('idp'),
    sql('delete from sessions'),
    ...all(IDP),
    post('/unlink-account', { accountId: IDP }),
  ),
  scenario(
    'every way to select the account',
    signedIn(),
    linked('idp'),
    ...selections.flatMap(([, selection]) => [
      post('/get-access-token', selection),
      post('/refresh-token', selection),
      get(`/account-info?${query(selection)}`),
    ]),
    get('/account-info'),
    get(`/account-info?accountId=${IDP}&accountId=${IDP}`),
  ),
  ...['accountId', 'useAccountCookie', 'userId'].map((field) =>
    scenario(
      `${field} of a wrong type`,
      signedIn(),
      linked('idp'),
      ...WRONG_TYPES.map(([, value]) =>
        post(
          '/get-access-token',
          field === 'userId' ? { accountId: IDP, userId: value } : { [field]: value },
        ),
      ),
    ),
  ),
  scenario(
    'odd bodies',
    signedIn(),
    ...ODD_BODIES.map(([, body, headers]) => post('/get-access-token', body, { headers })),
    post('/get-access-token', { accountId: IDP }, { headers: { origin: 'https://evil.example' } }),
    get('/get-access-token'),
    post('/account-info', { accountId: IDP }),
  ),
];

export const providerFaults: readonly Scenario[] = [
  scenario(
    'the provider refuses the refresh token',
    signedIn(),
    linked('idp', -60, { refresh_token: `'not one of yours'` }),
    ...all(IDP),
    stored,
  ),
  scenario(
    'the token endpoint is down',
    signedIn(),
    linked('idp', -60),
    provider('down', ({ faults }) => faults.set('token', { kind: 'down' })),
    ...all(IDP),
    stored,
    mended,
    accessToken(IDP),
  ),
  scenario(
    'the token endpoint answers garbage',
    signedIn(),
    linked('gitlab', -60),
    provider('garbage', ({ faults }) => faults.set('token', { kind: 'garbage' })),
    ...all(GITLAB),
    fault('no token', 'token', '{}', 200),
    ...all(GITLAB),
    fault('a broken server', 'token', '', 500),
    ...all(GITLAB),
    stored,
  ),
  scenario(
    'a token answer without optional fields',
    signedIn(),
    linked('idp', -60),
    provider('no expiry, no refresh token, no id token', ({ alterations }) => {
      alterations.tokens = ({ access_token, token_type }) => ({ access_token, token_type });
    }),
    refresh(IDP),
    stored,
  ),
  scenario(
    'a token answer with more fields',
    signedIn(),
    linked('gitlab', -60),
    provider('an expiry of the refresh token, other scopes', ({ alterations }) => {
      alterations.tokens = (answer) => ({ ...answer, refresh_token_expires_in: 86_400, scope: 'openid' });
    }),
    refresh(GITLAB),
    accessToken(GITLAB),
    stored,
  ),
  scenario(
    'the userinfo endpoint is down, or answers garbage',
    signedIn(),
    linked('gitlab'),
    fault('unauthorized', 'userinfo', '{"error":"invalid_token"}', 401),
    info(GITLAB),
    fault('a blocked user', 'userinfo', '{"id":1,"state":"blocked"}', 200),
    info(GITLAB),
    provider('down', ({ faults }) => faults.set('userinfo', { kind: 'down' })),
    info(GITLAB),
    provider('garbage', ({ faults }) => faults.set('userinfo', { kind: 'garbage' })),
    info(GITLAB),
  ),
];

export const unlinking: readonly Scenario[] = [
  scenario(
    'unlink one of two accounts',
    signedIn(),
    linked('idp'),
    post('/unlink-account', { accountId: IDP }),
    left,
    get('/list-accounts'),
  ),
  scenario(
    'unlink the credential account',
    signedIn(),
    linked('idp'),
    post('/unlink-account', { accountId: CREDENTIAL }),
    left,
  ),
  scenario(
    'unlink the last account',
    signedIn(),
    post('/unlink-account', { accountId: CREDENTIAL }),
    post('/unlink-account', { accountId: 'unknown' }),
    linked('idp'),
    post('/unlink-account', { accountId: 'unknown' }),
    post('/unlink-account', { accountId: 'verified' }),
    post('/unlink-account', { accountId: 'a\u0000b' }),
    post('/unlink-account', { accountId: IDP, providerId: 'idp' }),
    post('/unlink-account', { accountId: CREDENTIAL }),
    left,
  ),
  scenario(
    'unlink without any account',
    signedIn(),
    sql('delete from accounts'),
    post('/unlink-account', { accountId: CREDENTIAL }),
    get('/list-accounts'),
  ),
  scenario(
    'unlink with a stale session',
    signedIn(),
    linked('idp'),
    sql(`update sessions set created_at = now() - interval '2 days'`),
    post('/unlink-account', { accountId: IDP }),
    post('/unlink-account', {}),
    accessToken(IDP),
    left,
  ),
  scenario(
    'unlink with invalid bodies',
    signedIn(),
    linked('idp'),
    ...WRONG_TYPES.map(([, value]) => post('/unlink-account', { accountId: value })),
    ...ODD_BODIES.map(([, body, headers]) => post('/unlink-account', body, { headers })),
    post('/unlink-account', { providerId: 'idp' }),
    post('/unlink-account', { accountId: IDP }, { headers: { origin: 'https://evil.example' } }),
    get('/unlink-account'),
    left,
  ),
];

/** With `allowUnlinkingAll`. */
export const unlinkingAll: readonly Scenario[] = [
  scenario(
    'unlink the last account',
    signedIn(),
    post('/unlink-account', { accountId: 'unknown' }),
    post('/unlink-account', { accountId: CREDENTIAL }),
    left,
    get('/get-session'),
    get('/list-accounts'),
  ),
];

/** With `encryptOAuthTokens`. */
export const encrypted: readonly Scenario[] = [
  scenario('a row with plain tokens', signedIn(), linked('idp'), ...all(IDP), accessToken(IDP)),
  scenario(
    'an expired row with plain tokens',
    signedIn(),
    linked('gitlab', -60),
    ...all(GITLAB),
    ...all(GITLAB),
  ),
  scenario(
    'tokens encrypted with an unknown secret',
    signedIn(),
    linked('idp', -60, {
      access_token: `'$ba$9$${'ab'.repeat(60)}'`,
      refresh_token: `'${'ab'.repeat(60)}'`,
    }),
    ...all(IDP),
  ),
  scenario(
    'a refresh writes encrypted tokens',
    signedIn(),
    linked('idp', -60),
    refresh(IDP),
    rows(
      `select access_token ~ '^([0-9a-f]{2})+$' as sealed, refresh_token ~ '^([0-9a-f]{2})+$' as sealed_too,
              left(id_token, 2) as plain, scope, access_token_expires_at from accounts where provider_id = 'idp'`,
    ),
  ),
];
