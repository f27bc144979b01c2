import { get, post, rows, scenario, signedIn, sql, type Scenario } from '../steps.js';
import { ADA, ODD_BODIES, WRONG_TYPES } from './values.js';

const { email, password } = ADA;
const signUp = post('/sign-up/email', ADA);
const elsewhere = post('/sign-in/email', { email, password }, { browser: 'phone', save: { phone: 'token' } });
const bob = post(
  '/sign-up/email',
  { ...ADA, email: 'bob@example.com' },
  { browser: 'bob', save: { bob: 'token' } },
);

/** Routes that require a session. */
const GUARDED = [
  'GET /list-sessions',
  'GET /list-accounts',
  'GET /token',
  'POST /revoke-session',
  'POST /revoke-sessions',
  'POST /revoke-other-sessions',
  'POST /update-user',
];

const ask = (route: string, body: unknown, headers?: Record<string, string>) => {
  const [method, path = ''] = route.split(' ');
  return method === 'GET' ? get(path, { headers }) : post(path, body, { headers });
};

export const sessions: readonly Scenario[] = [
  scenario(
    'guarded routes without a session',
    ...GUARDED.flatMap((route) => [
      ask(route, {}),
      ask(route, { token: 'x', name: 'x' }),
      ask(route, { token: 5 }),
    ]),
  ),
  scenario(
    'list-sessions lists only the caller’s sessions',
    signUp,
    get('/list-sessions'),
    elsewhere,
    get('/get-session', { browser: 'phone' }),
    bob,
    get('/list-sessions', { browser: 'bob' }),
  ),
  scenario(
    'list-sessions leaves out expired sessions',
    signUp,
    elsewhere,
    sql(`update sessions set expires_at = now() - interval '1 hour' where token = '{phone}'`),
    get('/list-sessions'),
  ),
  scenario(
    'list-sessions requires a fresh session',
    signedIn(),
    get('/list-sessions'),
    sql(`update sessions set created_at = now() - interval '25 hours'`),
    get('/list-sessions'),
    get('/list-accounts'),
    sql(`update sessions set expires_at = now() + interval '1 day'`),
    get('/list-sessions'),
  ),
  scenario(
    'revoke another session of the same user',
    signUp,
    elsewhere,
    post('/revoke-session', { token: '{phone}' }),
    get('/get-session', { browser: 'phone' }),
    get('/get-session'),
    post('/revoke-session', { token: '{phone}' }),
    post('/revoke-session', { token: 'unknown' }),
    post('/revoke-session', { token: '' }),
    post('/revoke-session', { token: 'a\u0000b' }),
    rows('select count(*)::int as count from sessions'),
  ),
  scenario(
    'revoke the current session',
    post('/sign-up/email', ADA, { save: { own: 'token' } }),
    post('/revoke-session', { token: '{own}' }),
    get('/get-session'),
  ),
  scenario(
    'revoking another user’s session changes nothing',
    signUp,
    bob,
    post('/revoke-session', { token: '{bob}' }),
    get('/get-session', { browser: 'bob' }),
  ),
  scenario(
    'revoke: token of a wrong type',
    signedIn(),
    ...WRONG_TYPES.map(([, token]) => post('/revoke-session', { token })),
  ),
  scenario(
    'revoke: odd bodies',
    signedIn(),
    ...ODD_BODIES.map(([, body, headers]) => post('/revoke-session', body, { headers })),
  ),
  scenario(
    'revoke the other sessions',
    signUp,
    elsewhere,
    bob,
    post('/revoke-other-sessions', {}),
    get('/get-session', { browser: 'phone' }),
    get('/get-session', { browser: 'bob' }),
    get('/get-session'),
  ),
  scenario(
    'revoke the other sessions, of which one has expired',
    signUp,
    elsewhere,
    sql(`update sessions set expires_at = now() - interval '1 hour' where token = '{phone}'`),
    post('/revoke-other-sessions'),
    rows('select count(*)::int as count from sessions where expires_at > now()'),
  ),
  scenario(
    'revoke the other sessions: odd bodies',
    signedIn(),
    ...ODD_BODIES.map(([, body, headers]) => post('/revoke-other-sessions', body, { headers })),
  ),
  scenario(
    'revoke all sessions',
    signUp,
    elsewhere,
    bob,
    post('/revoke-sessions', {}),
    get('/get-session', { browser: 'phone' }),
    get('/get-session', { browser: 'bob' }),
    get('/get-session'),
    rows('select count(*)::int as count from sessions'),
  ),
  ...ODD_BODIES.map(([label, body, headers]) =>
    scenario(`revoke all sessions: ${label}`, signedIn(), post('/revoke-sessions', body, { headers })),
  ),
  scenario(
    'sign out',
    signUp,
    elsewhere,
    post('/sign-out', {}),
    get('/get-session'),
    get('/get-session', { browser: 'phone' }),
    post('/sign-out', {}),
    rows('select count(*)::int as count from sessions'),
  ),
  scenario(
    'sign out without a session',
    post('/sign-out'),
    post('/sign-out', {}),
    post('/sign-out', {}, { headers: { cookie: 'better-auth.session_token=x' } }),
  ),
  ...['callbackURL', 'disableRedirect', 'state'].map((field) =>
    scenario(
      `sign out: ${field} of a wrong type`,
      ...WRONG_TYPES.map(([, value]) => post('/sign-out', { [field]: value })),
    ),
  ),
  ...ODD_BODIES.map(([label, body, headers]) =>
    scenario(`sign out: ${label}`, signedIn(), post('/sign-out', body, { headers }), get('/get-session')),
  ),
  scenario(
    'sign out with an expired session',
    signedIn(),
    sql(`update sessions set expires_at = now() - interval '1 hour'`),
    post('/sign-out', {}),
    rows('select count(*)::int as count from sessions'),
  ),
  scenario(
    'sign out with parameters',
    signedIn(),
    post('/sign-out', { callbackURL: '/bye', disableRedirect: true, state: 's', other: 1 }),
  ),
];
