import type { JWTPayload } from 'jose';
import { get, post, rows, scenario, signedIn, sql, type Scenario, type Step } from '../steps.js';
import { left } from './social.js';

/** Makes the provider issue an id token, as to a front end, and saves it as `{idToken}`. */
const issueIdToken = (sub: string, claims: JWTPayload = {}): Step => ({
  label: `issue an id token of ${sub} ${JSON.stringify(claims)}`,
  async run(side) {
    side.saved.set('idToken', (await side.provider?.idToken(sub, claims)) ?? '');
    return undefined;
  },
});

const signIn = (idToken: object = {}, body: object = {}) =>
  post('/sign-in/social', { provider: 'acme', idToken: { token: '{idToken}', ...idToken }, ...body });
const link = (idToken: object = {}, body: object = {}) =>
  post('/link-social', { provider: 'acme', idToken: { token: '{idToken}', ...idToken }, ...body });

const linkedAccounts = rows(
  `select provider_id, provider_user_id, scope, access_token, refresh_token, expires_at, id_token is not null as has
     from accounts where provider_id <> 'credential'`,
);
const now = () => Math.floor(Date.now() / 1000);

export const idTokens: readonly Scenario[] = [
  scenario(
    'a valid id token signs in',
    issueIdToken('verified', { nonce: 'mine' }),
    signIn({ nonce: 'mine', accessToken: 'access', refreshToken: 'refresh', expiresAt: 1 }),
    get('/get-session'),
    left,
    linkedAccounts,
    signIn({ nonce: 'mine' }, { callbackURL: '/in' }),
    linkedAccounts,
    signIn({ nonce: 'other' }),
    signIn(),
  ),
  scenario(
    'invalid id tokens are refused',
    issueIdToken('verified', { aud: 'somebody-else' }),
    signIn(),
    issueIdToken('verified', { iss: 'https://evil.example' }),
    signIn(),
    issueIdToken('verified', { exp: now() - 100 }),
    signIn(),
    issueIdToken('verified', { exp: now() - 10 }),
    signIn(),
    issueIdToken('without-email'),
    signIn(),
    post('/sign-in/social', { provider: 'acme', idToken: { token: 'x' } }),
    post('/sign-in/social', { provider: 'acme', idToken: { token: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.' } }),
    post('/sign-in/social', { provider: 'gitlab', idToken: { token: 'x' } }),
    post('/sign-in/social', { provider: 'plain', idToken: { token: '{idToken}' } }),
    issueIdToken('verified'),
    signIn({}, { provider: 'closed' }),
    signIn({}, { provider: 'asking' }),
    signIn({}, { provider: 'asking', requestSignUp: true }),
    issueIdToken('unverified'),
    signIn({}, { provider: 'proven' }),
    left,
  ),
  scenario(
    'an id token with the address of an existing user',
    signedIn(),
    sql(`update users set email = 'grace@example.com'`),
    issueIdToken('verified'),
    signIn(),
    left,
    sql('update users set is_email_verified = true'),
    signIn(),
    left,
  ),
  scenario(
    'link-social with an id token',
    signedIn(),
    issueIdToken('verified'),
    link(),
    sql(`update users set email = 'grace@example.com'`),
    link({ accessToken: 'access', refreshToken: 'refresh' }),
    linkedAccounts,
    link({ accessToken: 'newer' }),
    linkedAccounts,
    issueIdToken('without-email'),
    link(),
    issueIdToken('unverified'),
    link(),
    issueIdToken('verified', { aud: 'somebody-else' }),
    link(),
    left,
  ),
  scenario(
    'refuses to link an account of another user',
    issueIdToken('verified'),
    signIn(),
    signedIn(),
    link(),
    linkedAccounts,
  ),
];
