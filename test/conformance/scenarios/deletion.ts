import { cookies, follow, get, mails, post, rows, scenario, signedIn, sql, type Scenario } from '../steps.js';
import { ADA, ODD_BODIES, WRONG_TYPES } from './values.js';

const { email, password } = ADA;
const signUp = post('/sign-up/email', ADA);
const elsewhere = { browser: 'elsewhere' };
const signIn = post('/sign-in/email', { email, password }, elsewhere);
const bob = post('/sign-up/email', { ...ADA, name: 'Bob', email: 'bob@example.com' }, { browser: 'bob' });
const stale = sql(`update sessions set created_at = now() - interval '2 days'`);
const left = rows(
  `select (select count(*)::int from users) as users, (select count(*)::int from sessions) as sessions,
          (select count(*)::int from accounts) as accounts,
          (select count(*)::int from verifications) as verifications`,
);

const types = ['password', 'token', 'callbackURL'].map((field) =>
  scenario(
    `${field} of a wrong type`,
    signedIn(),
    stale,
    ...WRONG_TYPES.map(([, value]) => post('/delete-user', { [field]: value })),
    left,
  ),
);

const refused = scenario(
  'what is refused',
  post('/delete-user', {}),
  post('/delete-user'),
  signUp,
  stale,
  post('/delete-user', {}),
  post('/delete-user', { password: 'wrong' }),
  post('/delete-user', { password: 'x'.repeat(129) }),
  post('/delete-user', { password: 'x'.repeat(1_000_000) }),
  post('/delete-user', { token: 'unknown' }),
  post('/delete-user', { token: 'a\u0000b' }),
  post('/delete-user', { token: 'unknown', password: 'wrong' }),
  post('/delete-user', { callbackURL: 'https://evil.example', password }),
  get('/delete-user'),
  sql('update accounts set password = null'),
  post('/delete-user', { password }),
  sql('delete from accounts'),
  post('/delete-user', { password }),
  left,
);

/** With `deleteUser.enabled`. */
export const deleteUser: readonly Scenario[] = [
  scenario(
    'with a fresh session',
    signUp,
    signIn,
    bob,
    post('/delete-user', {}),
    left,
    get('/get-session'),
    get('/get-session', elsewhere),
    post('/verify-password', { password }, elsewhere),
    signIn,
    signUp,
  ),
  scenario('with the password', signUp, stale, post('/delete-user', { password, callbackURL: '/bye' }), left),
  scenario(
    'with the chunks of a cache',
    signUp,
    cookies('a cache', (store) => {
      for (const name of ['session_data', 'session_data.0', 'session_data.1'])
        store.set(`better-auth.${name}`, 'x');
    }),
    post('/delete-user', { password }),
  ),
  scenario(
    'with a bearer token',
    post('/sign-up/email', ADA, { save: { bearer: 'token' } }),
    post('/delete-user', {}, { headers: { authorization: 'Bearer {bearer}' }, browser: 'none' }),
    left,
  ),
  refused,
  ...types,
  scenario(
    'odd bodies',
    signedIn(),
    stale,
    ...ODD_BODIES.map(([, body, headers]) => post('/delete-user', body, { headers })),
  ),
  scenario(
    'no link was mailed',
    signUp,
    get('/delete-user/callback?token=x'),
    get('/delete-user/callback'),
    get('/delete-user/callback?token=x', elsewhere),
    left,
  ),
];

/** With `sendDeleteAccountVerification`. */
export const deleteByMail: readonly Scenario[] = [
  scenario(
    'the link deletes',
    signUp,
    signIn,
    post('/delete-user', { callbackURL: '/bye?x=1#top' }),
    rows(`select left(identifier, 15) as purpose, value, expires_at from verifications`),
    mails(1),
    get('/get-session'),
    follow('{link}', { browser: 'nobody' }),
    follow(),
    left,
    get('/get-session', elsewhere),
    follow(),
  ),
  scenario(
    'a stale session and a password',
    signUp,
    stale,
    post('/delete-user', {}),
    post('/delete-user', { password }),
    post('/delete-user', { password: 'wrong' }),
    mails(2),
    get('/delete-user/callback?token={link-token}'),
    left,
  ),
  scenario(
    'the token by the route itself',
    signUp,
    stale,
    post('/delete-user', {}),
    mails(1),
    post('/delete-user', { token: '{link-token}', password: 'wrong' }),
    post('/delete-user', { token: '{link-token}', callbackURL: '/bye' }),
    left,
  ),
  scenario(
    'the token of somebody else is spent',
    signUp,
    bob,
    post('/delete-user', {}),
    mails(1),
    follow('{link}', { browser: 'bob' }),
    follow(),
    left,
    post('/delete-user', {}),
    mails(2),
    post('/delete-user', { token: '{link-token}' }, { browser: 'bob' }),
    post('/delete-user', { token: '{link-token}' }),
    left,
  ),
  scenario(
    'a token that has expired',
    signUp,
    post('/delete-user', {}),
    mails(1),
    sql(`update verifications set expires_at = now() - interval '1 second'`),
    follow(),
    left,
  ),
  scenario(
    'where the link may lead',
    signUp,
    ...[
      'https://evil.example',
      '%2F%2Fevil.example',
      '%2F%5Cevil.example',
      'evil.example',
      '/a&callbackURL=/b',
      '/ok',
      '',
    ].map((target) => get(`/delete-user/callback?token=x&callbackURL=${target}`)),
    ...['?token', '?token=', '?token=a&token=b', '?callbackURL=/x', '?token=%00'].map((query) =>
      get(`/delete-user/callback${query}`),
    ),
    left,
  ),
  refused,
  ...types,
];

/** Without `deleteUser.enabled`. */
export const deleteDisabled: readonly Scenario[] = [
  scenario(
    'is not there',
    post('/delete-user', {}),
    signUp,
    post('/delete-user', {}),
    post('/delete-user', { password, token: 'x' }),
    post('/delete-user'),
    get('/delete-user/callback?token=x'),
    get('/delete-user/callback'),
    get('/delete-user/callback?token=x', { browser: 'nobody' }),
    left,
  ),
];
