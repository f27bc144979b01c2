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
  'delete-user refuses bad input',
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
    'delete-user with a fresh session',
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
  scenario(
    'delete-user with the password',
    signUp,
    stale,
    post('/delete-user', { password, callbackURL: '/bye' }),
    left,
  ),
  scenario(
    'delete-user also deletes the chunks of the cookie cache',
    signUp,
    cookies('add a cookie cache in chunks', (store) => {
      for (const name of ['session_data', 'session_data.0', 'session_data.1'])
        store.set(`better-auth.${name}`, 'x');
    }),
    post('/delete-user', { password }),
  ),
  scenario(
    'delete-user with a bearer token',
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
    'the callback accepts no token, because none is mailed',
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
    'the mailed link deletes the user',
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
    'a stale session, with and without the password',
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
    'the mailed token in the body of delete-user',
    signUp,
    stale,
    post('/delete-user', {}),
    mails(1),
    post('/delete-user', { token: '{link-token}', password: 'wrong' }),
    post('/delete-user', { token: '{link-token}', callbackURL: '/bye' }),
    left,
  ),
  scenario(
    'a token that another user tries is used up',
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
    'an expired token',
    signUp,
    post('/delete-user', {}),
    mails(1),
    sql(`update verifications set expires_at = now() - interval '1 second'`),
    follow(),
    left,
  ),
  scenario(
    'allowed and refused targets of the link',
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
    'the routes answer 404',
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
