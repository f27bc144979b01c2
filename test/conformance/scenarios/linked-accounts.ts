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

const mended = provider('mended', (peer) => peer.mend());

const selections: readonly (readonly [what: string, selection: Record<string, unknown>])[] = [
  ['both', { accountId: IDP, useAccountCookie: true }],
  ['the cookie', { useAccountCookie: true }],
  ['the cookie, not', { useAccountCookie: false }],
  ['the cookie, in words', { useAccountCookie: 'true' }],
  ['somebody’s', { accountId: IDP, userId: 'another' }],
  ['the cookie, somebody’s', { useAccountCookie: true, userId: 'another' }],
  ['an unknown key', { accountId: IDP, providerId: 'idp' }],
  ['in the words of 1.6', { providerId: 'idp' }],
  ['a user of a wrong type', { accountId: IDP, userId: 5 }],
  ['an account that is null', { accountId: null, useAccountCookie: true }],
  ['a cookie that is null', { accountId: IDP, useAccountCookie: null }],
];

const query = (selection: Record<string, unknown>) =>
  Object.entries(selection)
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
    .join('&');

const bob = { browser: 'bob' };

/** With a provider `idp` of generic OAuth, `gitlab`, and `vercel`, which cannot refresh. */
export const tokens: readonly Scenario[] = [
  scenario('a token that is good', signedIn(), linked('idp'), ...all(IDP), stored),
  scenario(
    'a token that is good, of a built-in provider',
    signedIn(),
    linked('gitlab'),
    ...all(GITLAB),
    stored,
  ),
  scenario(
    'a token about to expire',
    signedIn(),
    linked('idp', 4),
    accessToken(IDP),
    stored,
    accessToken(IDP),
  ),
  scenario('a token just good enough', signedIn(), linked('idp', 20), accessToken(IDP), stored),
  scenario(
    'a token that has expired, of a built-in provider',
    signedIn(),
    linked('gitlab', -60),
    accessToken(GITLAB),
    stored,
  ),
  scenario(
    'information about an account whose token has expired',
    signedIn(),
    linked('gitlab', -60),
    info(GITLAB),
    stored,
  ),
  scenario(
    'refreshed again and again',
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
    'without a refresh token',
    signedIn(),
    linked('idp', -60, { refresh_token: 'null', scope: 'null' }),
    ...all(IDP),
    stored,
  ),
  scenario(
    'without an access token',
    signedIn(),
    linked('idp', 60, { access_token: 'null', id_token: 'null' }),
    accessToken(IDP),
    info(IDP),
  ),
  scenario('of a provider that cannot refresh', signedIn(), linked('vercel'), ...all(linkedId('vercel'))),
  scenario(
    'expired, of a provider that cannot refresh',
    signedIn(),
    linked('vercel', -60),
    accessToken(linkedId('vercel')),
  ),
  scenario('of a provider that is not configured', signedIn(), linked('github'), ...all(linkedId('github'))),
  scenario('of a password', signedIn(), ...all(CREDENTIAL)),
  scenario('unknown', signedIn(), ...all('unknown'), ...all(''), accessToken('a\u0000b')),
  scenario(
    'somebody else’s',
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
    'signed in by nobody',
    signedIn(),
    linked('idp'),
    cookies('none', (store) => store.clear()),
    ...all(IDP),
  ),
  scenario(
    'a session that was revoked',
    signedIn(),
    linked('idp'),
    sql('delete from sessions'),
    ...all(IDP),
    post('/unlink-account', { accountId: IDP }),
  ),
  scenario(
    'who is selected',
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
    'a refresh token that the provider takes back',
    signedIn(),
    linked('idp', -60, { refresh_token: `'not one of yours'` }),
    ...all(IDP),
    stored,
  ),
  scenario(
    'a token endpoint that is down',
    signedIn(),
    linked('idp', -60),
    provider('down', ({ faults }) => faults.set('token', { kind: 'down' })),
    ...all(IDP),
    stored,
    mended,
    accessToken(IDP),
  ),
  scenario(
    'a token endpoint that answers garbage',
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
    'an answer that says less',
    signedIn(),
    linked('idp', -60),
    provider('no expiry, no refresh token, no id token', ({ alterations }) => {
      alterations.tokens = ({ access_token, token_type }) => ({ access_token, token_type });
    }),
    refresh(IDP),
    stored,
  ),
  scenario(
    'an answer that says more',
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
    'a userinfo endpoint that is down, or answers garbage',
    signedIn(),
    linked('gitlab'),
    fault('unauthorized', 'userinfo', '{"error":"invalid_token"}', 401),
    info(GITLAB),
    fault('somebody blocked', 'userinfo', '{"id":1,"state":"blocked"}', 200),
    info(GITLAB),
    provider('down', ({ faults }) => faults.set('userinfo', { kind: 'down' })),
    info(GITLAB),
    provider('garbage', ({ faults }) => faults.set('userinfo', { kind: 'garbage' })),
    info(GITLAB),
  ),
];

export const unlinking: readonly Scenario[] = [
  scenario(
    'one of two',
    signedIn(),
    linked('idp'),
    post('/unlink-account', { accountId: IDP }),
    left,
    get('/list-accounts'),
  ),
  scenario(
    'the password',
    signedIn(),
    linked('idp'),
    post('/unlink-account', { accountId: CREDENTIAL }),
    left,
  ),
  scenario(
    'the last',
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
    'none there is',
    signedIn(),
    sql('delete from accounts'),
    post('/unlink-account', { accountId: CREDENTIAL }),
    get('/list-accounts'),
  ),
  scenario(
    'a session that is not fresh',
    signedIn(),
    linked('idp'),
    sql(`update sessions set created_at = now() - interval '2 days'`),
    post('/unlink-account', { accountId: IDP }),
    post('/unlink-account', {}),
    accessToken(IDP),
    left,
  ),
  scenario(
    'bodies of wrong types',
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
    'the last',
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
  scenario('rows from before', signedIn(), linked('idp'), ...all(IDP), accessToken(IDP)),
  scenario('an expired row from before', signedIn(), linked('gitlab', -60), ...all(GITLAB), ...all(GITLAB)),
  scenario(
    'a secret that is gone',
    signedIn(),
    linked('idp', -60, {
      access_token: `'$ba$9$${'ab'.repeat(60)}'`,
      refresh_token: `'${'ab'.repeat(60)}'`,
    }),
    ...all(IDP),
  ),
  scenario(
    'what is written',
    signedIn(),
    linked('idp', -60),
    refresh(IDP),
    rows(
      `select access_token ~ '^([0-9a-f]{2})+$' as sealed, refresh_token ~ '^([0-9a-f]{2})+$' as sealed_too,
              left(id_token, 2) as plain, scope, access_token_expires_at from accounts where provider_id = 'idp'`,
    ),
  ),
];
