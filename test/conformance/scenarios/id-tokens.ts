import type { JWTPayload } from 'jose';
import { get, post, rows, scenario, signedIn, sql, type Scenario, type Step } from '../steps.js';
import { left } from './social.js';

/** An id token that the provider issued to a front end; later steps write `{idToken}`. */
const issued = (sub: string, claims: JWTPayload = {}): Step => ({
  label: `an id token of ${sub} ${JSON.stringify(claims)}`,
  async run(side) {
    side.saved.set('idToken', (await side.provider?.idToken(sub, claims)) ?? '');
    return undefined;
  },
});

const signIn = (idToken: object = {}, body: object = {}) =>
  post('/sign-in/social', { provider: 'acme', idToken: { token: '{idToken}', ...idToken }, ...body });
const link = (idToken: object = {}, body: object = {}) =>
  post('/link-social', { provider: 'acme', idToken: { token: '{idToken}', ...idToken }, ...body });

const kept = rows(
  `select provider_id, provider_user_id, scope, access_token, refresh_token, expires_at, id_token is not null as has
     from accounts where provider_id <> 'credential'`,
);
const now = () => Math.floor(Date.now() / 1000);

export const idTokens: readonly Scenario[] = [
  scenario(
    'signs in',
    issued('verified', { nonce: 'mine' }),
    signIn({ nonce: 'mine', accessToken: 'access', refreshToken: 'refresh', expiresAt: 1 }),
    get('/get-session'),
    left,
    kept,
    signIn({ nonce: 'mine' }, { callbackURL: '/in' }),
    kept,
    signIn({ nonce: 'other' }),
    signIn(),
  ),
  scenario(
    'is refused',
    issued('verified', { aud: 'somebody-else' }),
    signIn(),
    issued('verified', { iss: 'https://evil.example' }),
    signIn(),
    issued('verified', { exp: now() - 100 }),
    signIn(),
    issued('verified', { exp: now() - 10 }),
    signIn(),
    issued('without-email'),
    signIn(),
    post('/sign-in/social', { provider: 'acme', idToken: { token: 'x' } }),
    post('/sign-in/social', { provider: 'acme', idToken: { token: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.' } }),
    post('/sign-in/social', { provider: 'gitlab', idToken: { token: 'x' } }),
    post('/sign-in/social', { provider: 'plain', idToken: { token: '{idToken}' } }),
    issued('verified'),
    signIn({}, { provider: 'closed' }),
    signIn({}, { provider: 'asking' }),
    signIn({}, { provider: 'asking', requestSignUp: true }),
    issued('unverified'),
    signIn({}, { provider: 'proven' }),
    left,
  ),
  scenario(
    'of somebody whose address is taken',
    signedIn(),
    sql(`update users set email = 'grace@example.com'`),
    issued('verified'),
    signIn(),
    left,
    sql('update users set is_email_verified = true'),
    signIn(),
    left,
  ),
  scenario(
    'links',
    signedIn(),
    issued('verified'),
    link(),
    sql(`update users set email = 'grace@example.com'`),
    link({ accessToken: 'access', refreshToken: 'refresh' }),
    kept,
    link({ accessToken: 'newer' }),
    kept,
    issued('without-email'),
    link(),
    issued('unverified'),
    link(),
    issued('verified', { aud: 'somebody-else' }),
    link(),
    left,
  ),
  scenario(
    'links no account that is somebody else’s',
    issued('verified'),
    signIn(),
    signedIn(),
    link(),
    kept,
  ),
];
